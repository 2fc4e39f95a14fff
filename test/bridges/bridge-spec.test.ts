/** From the rows of a bridge to what the bridge is told: every row is read, has its default and its bounds. */

import { describe, expect, test } from 'vitest';
import { bridgeSpec } from '../../src/bridges/spec-of-options.ts';
import { bridgeRows } from '../../src/config/rows/bridges.ts';
import type { OptionReader, OptionValue } from '../../src/ports/option.ts';
import { optionReader } from '../doubles/option-reader.ts';

const needed = { addresses: ['example.org'], topics: ['# both 1'] };

function specOf(values: Record<string, OptionValue>): ReturnType<typeof bridgeSpec> {
  return bridgeSpec('b', optionReader(bridgeRows, '', { ...needed, ...values }), 'host');
}

test('the defaults are Mosquitto’s', () => {
  expect(specOf({})).toEqual({
    name: 'b',
    addresses: [{ host: 'example.org', port: 1883 }],
    rules: [{ pattern: '#', direction: 'both', qos: 1, localPrefix: '', remotePrefix: '' }],
    startType: 'automatic',
    protocolVersion: 'auto',
    tryPrivate: true,
    cleanStart: false,
    localCleanStart: false,
    remoteClientId: 'host.b',
    localClientId: 'local.host.b',
    remoteUsername: undefined,
    remotePassword: undefined,
    keepAliveSeconds: 60,
    idleSeconds: 60,
    threshold: 10,
    retry: { baseSeconds: 5, capSeconds: 30 },
    roundRobin: false,
    notifications: true,
    notificationsLocalOnly: false,
    notificationTopic: undefined,
    unsubscribes: true,
    packetBytesMax: 0,
    outgoingRetain: true,
    inflightMax: 0,
    bindAddress: undefined,
    tls: undefined,
  });
});

test('every row is asked for', () => {
  const asked = new Set<string>();
  const reader = optionReader(bridgeRows, '', { ...needed, ca_file: 'ca' });
  const watching = new Proxy(reader, {
    get: (target, method: keyof OptionReader) => (name: string) => {
      asked.add(name);
      return target[method](name);
    },
  });
  bridgeSpec('b', watching, 'host');
  expect([...asked].sort()).toEqual(bridgeRows.map(({ name }) => name).sort());
});

test.each([
  ['a', { host: 'a', port: 1883 }],
  ['a:1', { host: 'a', port: 1 }],
  ['[::1]', { host: '::1', port: 1883 }],
  ['[::1]:2', { host: '::1', port: 2 }],
  ['::1:3', { host: '::1', port: 3 }],
])('address %s', (text, address) => {
  expect(specOf({ addresses: [text] }).addresses).toEqual([address]);
});

describe('TLS', () => {
  test('is on when anything of it is set, on its own port', () => {
    const spec = specOf({
      ca_file: '/ca',
      certificate_file: '/c',
      key_file: '/k',
      check_host_name: false,
      alpn: 'mqtt',
    });
    expect(spec.addresses).toEqual([{ host: 'example.org', port: 8883 }]);
    expect(spec.tls).toMatchObject({
      caFile: '/ca',
      certificateFile: '/c',
      keyFile: '/k',
      alpn: 'mqtt',
      checksHostName: false,
    });
    expect(specOf({ tls: true }).tls).toMatchObject({ checksHostName: true, versionMin: 'TLSv1.2' });
    expect(specOf({ tls: false, ca_file: '/ca' }).tls).toBeUndefined();
    expect(specOf({ psk_identity: 'i', psk: 'AB01' }).tls?.psk).toEqual({ identity: 'i', keyHex: 'AB01' });
  });

  test.each([
    [{ psk_identity: 'i' }, /psk_identity and psk belong together/],
    [{ psk: 'ab' }, /belong together/],
    [{ psk_identity: 'i', psk: 'xyz' }, /hexadecimal/],
    [{ psk_identity: 'i', psk: 'ab', ca_file: '/ca' }, /exclude each other/],
    [{ certificate_file: '/c' }, /belong together/],
    [{ tls: true, require_ocsp: true }, /OCSP cannot be checked/],
  ])('%o is refused', (values, problem) => {
    expect(() => specOf(values as Record<string, OptionValue>)).toThrow(problem);
  });
});

test.each([
  [{ addresses: [] }, /bridges\.b\.addresses is missing/],
  [{ topics: [] }, /bridges\.b\.topics is missing/],
  [{ retry_seconds_min: 9, retry_seconds_max: 8 }, /below retry_seconds_min/],
])('%o is refused with the name of the option', (values, problem) => {
  expect(() => specOf(values as Record<string, OptionValue>)).toThrow(problem);
});

test('the rules of the rows accept and refuse', () => {
  const allowed = (name: string, text: string): boolean => {
    const type = bridgeRows.find((row) => row.name === name)?.type;
    return type !== undefined && 'rule' in type && type.rule?.test(text) === true;
  };
  for (const text of ['host', 'host:1883', '10.0.0.1:1', '[::1]:1883', '[fe80::1]'])
    expect(allowed('addresses', text)).toBe(true);
  for (const text of ['', 'a b', 'host:99999', 'mqtt://x/', '[::1']) expect(allowed('addresses', text)).toBe(false);
  expect([allowed('topics', '# both 2 a/ b/'), allowed('topics', '# up')]).toEqual([true, false]);
  expect([allowed('client_id', ''), allowed('notification_topic', 'a/#')]).toEqual([false, false]);
});
