/** The READMEs' table of what a message costs, in both languages: a choice of scenarios, and no ratios. */

import { BROKERS } from './brokers/index.mjs';
import { figure } from './tables.mjs';

/** @typedef {'en' | 'zh'} Language */

/** The floor is no broker that one could choose. */
const SHOWN = ['hoopoe', 'mosquitto', 'aedes'];

/**
 * @public for the test that looks for the scenarios
 * @type {Array<{ scenario: string } & Record<Language, string>>}
 */
export const README_ROWS = [
  { scenario: 'pipelined-64', en: '1→1 QoS 0, pipelined, 64 B', zh: '1→1 QoS 0，流水线发送，64 B' },
  { scenario: 'single-write', en: '1→1 QoS 0, one write per message', zh: '1→1 QoS 0，每条消息一次写入' },
  { scenario: 'pipelined-64k', en: '1→1 QoS 0, pipelined, 64 KB', zh: '1→1 QoS 0，流水线发送，64 KB' },
  { scenario: 'pairs-q1-w100', en: '10 pairs QoS 1, window 100', zh: '10 对 QoS 1，窗口 100' },
  { scenario: 'pairs-q2-w100', en: '10 pairs QoS 2, window 100', zh: '10 对 QoS 2，窗口 100' },
  {
    scenario: 'durable-q1',
    en: '100 pairs QoS 1, window 100, durable sessions (Hoopoe waits for the disk)',
    zh: '100 对 QoS 1，窗口 100，持久会话（Hoopoe 等待写入磁盘）',
  },
  { scenario: 'fan-out', en: 'fan-out 1→1,000 QoS 0', zh: '扇出 1→1,000 QoS 0' },
  { scenario: 'fan-in', en: 'fan-in 1,000→1 at 10,000/s', zh: '扇入 1,000→1，每秒 10,000 条' },
  { scenario: 'thousand-q0', en: '1,000 pairs QoS 0 at 10/s each', zh: '1,000 对 QoS 0，每对每秒 10 条' },
  { scenario: 'thousand-q1', en: '1,000 pairs QoS 1 at 1/s each', zh: '1,000 对 QoS 1，每对每秒 1 条' },
  { scenario: 'filters-100k', en: '100,000 wildcard filters, one match', zh: '100,000 个通配符过滤器，命中一个' },
  {
    scenario: 'retained',
    en: '10,000 retained to a wildcard subscription',
    zh: '10,000 条保留消息发给一个通配符订阅',
  },
  { scenario: 'shared', en: 'shared group 10→10 QoS 1', zh: '共享订阅组 10→10 QoS 1' },
  { scenario: 'tls', en: '1→1 QoS 0, pipelined over TLS', zh: '1→1 QoS 0，TLS 上流水线发送' },
  { scenario: 'websocket', en: '1→1 QoS 0, pipelined over WebSocket', zh: '1→1 QoS 0，WebSocket 上流水线发送' },
  { scenario: 'idle', en: 'a connection, from 10,000 of them', zh: '建立一个连接（共 10,000 个）' },
];

/** @param {import('./documents.mjs').Figures} figures @param {Language} language @returns {string} Markdown */
export function readmeSection(figures, language) {
  const { summaries, versions } = figures;
  const brokers = BROKERS.filter(({ name }) => SHOWN.includes(name) && name in versions);
  const find = (/** @type {string} */ scenario, /** @type {string} */ broker) =>
    summaries.find((summary) => summary.scenario === scenario && summary.broker === broker);
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const head = [
    language === 'en' ? 'traffic' : '流量',
    ...brokers.map(({ name, title }) => `${title} ${versions[name]}`),
  ];
  const rows = README_ROWS.map((row) => {
    return [row[language], ...brokers.map(({ name }) => figure(find(row.scenario, name)?.cpuUs))];
  });
  const sections = [introduction(figures, language), [head, head.map(() => '---'), ...rows].map(line).join('\n')];
  return [...sections, connections(figures, language)].join('\n\n');
}

/** @param {import('./documents.mjs').Figures} figures @param {Language} language @returns {string} */
function introduction({ date, machine, summaries }, language) {
  const day = date.slice(0, 10);
  const rounds = Math.max(...summaries.map((summary) => summary.rounds ?? 0));
  const { cores, cpu, system, node } = machine;
  if (language === 'zh') {
    return (
      '每投递一条消息消耗的 CPU 微秒数（整个进程的用户态加内核态），越小越好。\n' +
      `数据来自 ${day} 执行的 \`npm run bench\`：${cores} 核（${cpu}，${system}），Node ${node}，Broker 与负载发生器各占一核，` +
      `取 ${rounds} 轮的中位数。`
    );
  }
  return (
    'Microseconds of CPU (user and system, the whole process) for each delivered message; less is better.\n' +
    `\`npm run bench\` on ${day}: ${cores} cores (${cpu}, ${system}), Node ${node}, broker on one core and traffic from the ` +
    `other, medians of ${rounds} round${rounds === 1 ? '' : 's'}.`
  );
}

/** What an idle connection and a start take. @param {import('./documents.mjs').Figures} figures @param {Language} language */
function connections({ summaries }, language) {
  const idle = (/** @type {string} */ broker) => {
    const bytes = summaries.find(
      (summary) => summary.scenario === 'idle' && summary.broker === broker,
    )?.connectionBytes;
    return bytes === undefined ? '–' : figure(bytes / 1000);
  };
  const start = (/** @type {string} */ broker) => {
    const times = summaries.flatMap((summary) => (summary.broker === broker ? (summary.startMs ?? []) : []));
    return times.length === 0 ? '–' : figure(Math.min(...times));
  };
  if (language === 'zh') {
    return (
      `每个空闲连接占 Hoopoe 进程内存 ${idle('hoopoe')} KB，Mosquitto ${idle('mosquitto')} KB。` +
      `在一个核上从启动到监听用时 ${start('hoopoe')} 毫秒，Mosquitto 为 ${start('mosquitto')} 毫秒。`
    );
  }
  return (
    `An idle connection takes ${idle('hoopoe')} KB of Hoopoe's process and ${idle('mosquitto')} KB of Mosquitto's. ` +
    `From the start until all listeners are open it takes ${start('hoopoe')} ms on one core, Mosquitto ${start('mosquitto')} ms.`
  );
}
