/** What the broker says, in Chinese: refusals, reports, and the sentences of its options. Loaded when Chinese is. */

import { failureCodes, failures } from './failures.ts';
import { translator } from './pattern.ts';
import { reports } from './reports.ts';
import { sourceFailureInChinese } from './source-failures.ts';

const failureText = translator(failures);
const reportText = translator(reports);

/** A refusal. One that is not known here is told by its code, with the broker's own words behind it. */
export function refusalInChinese(code: string, message: string): string {
  const whole = failureText(message);
  const meaning = failureCodes[code];
  if (whole !== undefined || meaning === undefined) return whole ?? message;
  return `${meaning}：${message}`;
}

/** What the broker reports; as it is where it is not known here. */
export function reportInChinese(text: string): string {
  const alarm = /^Access source (\S+) cannot answer: (.*)$/s.exec(text);
  if (alarm !== null) return `访问来源 ${alarm[1]} 无法应答：${reportInChinese(alarm[2] ?? '')}`;
  return sourceFailureInChinese(text) ?? reportText(text) ?? text;
}
