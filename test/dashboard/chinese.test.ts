/** The Chinese of the page: a text for everything that the broker shows, with every name, number and placeholder in it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusalInChinese, reportInChinese } from '../../dashboard/src/language/zh/broker/broker-texts.ts';
import { failures } from '../../dashboard/src/language/zh/broker/failures.ts';
import { reports } from '../../dashboard/src/language/zh/broker/reports.ts';
import { advices, happenings } from '../../dashboard/src/language/zh/broker/source-failures.ts';
import { optionInChinese, optionTexts } from '../../dashboard/src/language/zh/options.ts';
import { zh } from '../../dashboard/src/language/zh.ts';
import { brokerRows } from '../../src/config/catalog.ts';
import { changingCollections } from '../../src/config/changing/section-changes.ts';
import { ShownSections } from '../../src/config/changing/sections.ts';
import { collections } from '../../src/config/collections.ts';
import { moduleDescriptions, pluginRows } from '../../src/config/emqx/plugins.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { OptionRow } from '../../src/ports/option.ts';
import { root } from '../structure/source-tree.ts';

const rows: readonly OptionRow[] = [...brokerRows, ...collections.flatMap((collection) => collection.rows)];

/** What is the same in every language: names with dots or underscores, signs with %, $ or 0x, numbers, and words in capitals. */
const constants =
  /0x[0-9A-F]+|%[a-zA-Z]|\$[A-Za-z0-9]+|[a-z0-9]+(?:[_.][a-z0-9]+)+|\d+(?:[.,]\d+)*|\b[A-Z]{3,}[A-Z0-9-]*\b/g;

function lost(english: string, chinese: string): string[] {
  return (english.match(constants) ?? []).filter((one) => !chinese.includes(one));
}

function textsOf({ sentence, unset, zero, unit, type }: OptionRow): string[] {
  const rule = 'rule' in type ? type.rule?.allowed : undefined;
  return [sentence, unset, zero, unit, rule].filter((text): text is string => text !== undefined);
}

/** Literal messages of what is thrown below a folder; what varies in them becomes a word. */
function messagesOf(folder: string, call: RegExp): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(root, folder, file), 'utf8').matchAll(call)])
    .map(([, quote, literal = '']) =>
      quote === '`' ? literal.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'something') : literal,
    );
}

describe('the Chinese of the page', () => {
  it('has every sentence of every option', () => {
    const missing = rows.flatMap(textsOf).filter((text) => optionInChinese(text) === undefined);
    expect([...new Set(missing)], 'to be written into dashboard/src/language/zh/options/').toEqual([]);
  });

  it('has no sentence of an option that is gone', () => {
    const known = new Set(rows.flatMap(textsOf));
    expect([...optionTexts.keys()].filter((text) => !known.has(text))).toEqual([]);
  });

  it('loses no name, number or placeholder of an option', () => {
    const wrong = [...optionTexts].map(([en, chinese]) => ({ en, lost: lost(en, chinese) }));
    expect(wrong.filter((one) => one.lost.length > 0)).toEqual([]);
  });

  it('keeps the places of what varies', () => {
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    const pairs = [...Object.entries(zh), ...failures, ...reports, ...happenings, ...advices];
    expect(pairs.filter(([en, chinese]) => places(en).join() !== places(chinese).join())).toEqual([]);
    expect(pairs.filter(([, chinese]) => chinese.trim() === '')).toEqual([]);
  });

  it('has what the management API says when it refuses', () => {
    const thrown = messagesOf('src/api', /new ApiFailure\(\s*'\w+',\s*(['`])((?:(?!\1).)+)\1/g);
    expect(thrown.length).toBeGreaterThan(30);
    const untold = thrown.filter((message) => !/[\u4e00-\u9fff]/.test(refusalInChinese('', message)));
    expect(untold, 'to be written into dashboard/src/language/zh/broker/failures.ts').toEqual([]);
  });

  it('has the entries of the audit log', () => {
    const written = messagesOf('src/api/resources', /audit\(\s*(['`])((?:(?!\1).)+)\1/g).filter(
      // Entries that begin with what varies, or are put together from parts, have no words of their own.
      (entry) => !entry.startsWith('something') && !entry.includes('=>'),
    );
    expect(written.length).toBeGreaterThan(20);
    const untold = written.filter((entry) => reportInChinese(entry) === entry);
    expect(untold, 'to be written into dashboard/src/language/zh/broker/reports.ts').toEqual([]);
  });

  it('says in Chinese whom a permission and a ban are about', () => {
    expect(reportInChinese('permission for everybody: allow all "demo/#"')).toBe(
      '为所有人添加权限：allow all "demo/#"',
    );
    expect(reportInChinese('end of the ban of the client_id "x: y"')).toBe('解除对客户端标识 "x: y" 的封禁');
  });

  it('has what can be wrong with a source of logins', () => {
    const told = messagesOf('src/access', /\bwhat: (['`])((?:(?!\1).)+)\1/g);
    const todo = messagesOf('src/access', /\badvice: (['"`])((?:(?!\1).)+)\1/g).filter((text) => text !== 'run');
    expect([told.length, todo.length].every((count) => count > 30)).toBe(true);
    const makeUp = (what: string, advice: string): string =>
      `DATABASE_X: Access source 'devices': PostgreSQL at 127.0.0.1:1 ${what} ("connect refused; ended the connection."); ${advice}.`;
    const untold = [
      ...told.map((what) => makeUp(what, 'see its log')),
      ...todo.map((advice) => makeUp('cannot be asked', advice)),
    ]
      .map((text) => [text, reportInChinese(text)] as const)
      .filter(([, chinese]) =>
        /\b(?:see|check|correct|raise|the|is|has|cannot)\b/.test(chinese.replace(/\(".*"\)/, '')),
      );
    expect(untold, 'to be written into dashboard/src/language/zh/broker/source-failures.ts').toEqual([]);
    expect(reportInChinese(`Access source devices cannot answer: ${makeUp('cannot be reached', 'see its log')}`)).toBe(
      '访问来源 devices 无法应答：访问来源 \'devices\'：PostgreSQL（127.0.0.1:1）无法连接 ("connect refused; ended the connection.")；请查看其日志。',
    );
  });

  it('has what each kind of listener, source and bridge is', async () => {
    const machine = {
      platform: 'linux',
      environment: {},
      homeDirectory: '/',
      workingDirectory: '/',
      root: false,
    } as const;
    const sections = new ShownSections(await loadSettings({ file: undefined, flags: [], ports: [], machine }));
    const kinds = changingCollections.flatMap((collection) => sections.kinds(collection));
    expect(kinds.map(({ sentence }) => sentence).filter((text) => reportInChinese(text) === text)).toEqual([]);
  });

  it('has why a section cannot be', () => {
    const folder = 'src/config/changing/section-changes.ts';
    const told = [
      ...readFileSync(join(root, folder), 'utf8').matchAll(
        /return (?:isThere \? )?(['`])((?:(?!\1).)*\b(?:there is|wins?|only listener)\b(?:(?!\1).)*)\1/g,
      ),
    ];
    const texts = told.map(([, , text = '']) => text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'something'));
    expect(texts.length).toBeGreaterThan(4);
    expect(texts.filter((text) => refusalInChinese('', text) === text)).toEqual([]);
  });

  it('has what each plugin does', () => {
    const described = [...pluginRows.map(({ description }) => description), ...moduleDescriptions.values()];
    expect(described.filter((text) => reportInChinese(text) === text)).toEqual([]);
  });

  it('tells a refusal that it does not know by its code, with the words of the broker', () => {
    expect(refusalInChinese('conflict', 'Something nobody has translated')).toBe(
      '已经存在：Something nobody has translated',
    );
    expect(refusalInChinese('not_found', 'There is no client "a (b) {c}", or it is not connected')).toBe(
      '没有客户端 "a (b) {c}"，或它没有连接',
    );
  });
});
