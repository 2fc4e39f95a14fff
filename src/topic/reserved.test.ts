import { expect, it } from 'vitest';
import { isReservedToPublish } from './reserved.ts';

it.each([
  ['$SYS', true],
  ['$SYS/broker/uptime', true],
  ['$share/g/a', true],
  ['$queue/a', true],
  ['$share', true],
  ['$SYSTEM/a', false],
  ['$aws/things', false],
  ['a/$SYS', false],
  ['sys', false],
  ['$SYS/broker/connection/c/state', false],
  ['$SYS/broker/connection/d/state', true],
  ['$SYS/broker/connection/c/state/x', true],
])('%s is reserved: %s', (topic, reserved) => expect(isReservedToPublish(topic, 'c')).toBe(reserved));
