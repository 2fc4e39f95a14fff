/** What is told of bridges for Prometheus: each figure under the name of its bridge. */

import { expect, test } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { bridgeTo, bridgingBroker } from '../clients/bridging.ts';
import { freePort } from '../clients/mortal.ts';
import { until } from '../listeners/listening.ts';

test('figures of bridges stand under their names', async () => {
  const remote = await bridgingBroker();
  const here = await bridgingBroker();
  const near = bridgeTo(remote.port, ['out/# out 1', 'in/# in 1'], { name: 'near' });
  const lost = { name: 'lost', remoteClientId: 'here.lost', queuedMessagesMax: 2 };
  const away = bridgeTo(await freePort(), ['out/# out 1'], lost);
  const bridges = await here.bridge(near, away);
  await until(() => bridges.get('near')?.state === 'connected', 'one of them is connected', 5_000);
  const metrics = new Metrics({
    inspect: here.broker.inspect,
    options: here.broker.options,
    clock: new SystemClock(),
    durability: 'memory',
    bridges: () => bridges.list(),
  });
  for (let i = 0; i < 3; i++) await here.broker.publish({ topic: 'out/1', payload: 'hello', qos: 1 });
  await remote.broker.publish({ topic: 'in/1', payload: 'hi', qos: 1 });
  await until(() => bridges.get('near')?.counters.messagesIn === 1, 'it has crossed', 3_000);
  await until(() => bridges.get('near')?.inflight === 0, 'all are acknowledged', 3_000);
  const lines = (await metrics.prometheus()).split('\n').filter((line) => line.startsWith('mqtt_bridge_'));
  metrics.close();
  expect(lines).toEqual(
    expect.arrayContaining([
      'mqtt_bridge_up{bridge="near"} 1',
      'mqtt_bridge_up{bridge="lost"} 0',
      'mqtt_bridge_queued_messages{bridge="near"} 0',
      'mqtt_bridge_queued_messages{bridge="lost"} 2',
      'mqtt_bridge_inflight_messages{bridge="near"} 0',
      'mqtt_bridge_messages_total{bridge="near",direction="out"} 3',
      'mqtt_bridge_messages_total{bridge="near",direction="in"} 1',
      'mqtt_bridge_payload_bytes_total{bridge="near",direction="out"} 15',
      'mqtt_bridge_payload_bytes_total{bridge="near",direction="in"} 2',
      'mqtt_bridge_messages_left_out_total{bridge="lost",reason="queue_full"} 1',
      'mqtt_bridge_connects_total{bridge="near"} 1',
      'mqtt_bridge_connects_total{bridge="lost"} 0',
    ]),
  );
  const failures = lines.find((line) => line.startsWith('mqtt_bridge_failures_total{bridge="lost"}'));
  expect(Number(failures?.split(' ').at(-1))).toBeGreaterThan(0);
});

test('nothing is told of bridges where there are none', async () => {
  const here = await bridgingBroker();
  const metrics = new Metrics({
    inspect: here.broker.inspect,
    options: here.broker.options,
    clock: new SystemClock(),
    durability: 'memory',
    bridges: () => [],
  });
  expect(await metrics.prometheus()).not.toContain('mqtt_bridge');
  metrics.close();
});
