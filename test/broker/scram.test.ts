/** SCRAM through the broker: a login, a login again, and nobody becomes somebody else. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { openLogins, usersOf } from '../access/login-sources.ts';
import { ScramClient } from '../access/scram-client.ts';

test('[MQTT-4.12.0-1] a client logs in through the broker, and again while it is connected', async () => {
  const logins = await openLogins('builtin', { scram: true });
  await usersOf(logins).addUser({ kind: 'username', name: 'user', password: 'pencil' });
  const t = await testBroker({ access: { enhancedAuthenticators: logins.source.enhancedAuthenticators! } });
  const method = 'SCRAM-SHA-256';
  const properties = (text: string) => ({ authenticationMethod: method, authenticationData: Buffer.from(text) });
  const connection = t.client({ version: 5 });
  let scram = new ScramClient({ username: 'user', password: 'pencil' });
  await connection.send(connection.connectPacket({ properties: properties(scram.first) }));
  const challenge = connection.take('auth')!;
  expect(challenge.reasonCode).toBe(0x18);
  const answer = scram.final(challenge.properties!.authenticationData!.toString());
  await connection.send({ type: 'auth', reasonCode: 0x18, properties: properties(answer) });
  const connack = connection.take('connack')!;
  expect(connack.reasonCode).toBe(0);
  expect(scram.trusts(connack.properties!.authenticationData!.toString())).toBe(true);

  scram = new ScramClient({ username: 'user', password: 'pencil', nonce: 'again' });
  await connection.send({ type: 'auth', reasonCode: 0x19, properties: properties(scram.first) });
  const again = scram.final(connection.take('auth')!.properties!.authenticationData!.toString());
  await connection.send({ type: 'auth', reasonCode: 0x18, properties: properties(again) });
  expect(connection.take('auth')).toMatchObject({ reasonCode: 0 });

  // A connected client cannot become somebody else.
  await usersOf(logins).addUser({ kind: 'username', name: 'admin', password: 'root' });
  scram = new ScramClient({ username: 'admin', password: 'root' });
  await connection.send({ type: 'auth', reasonCode: 0x19, properties: properties(scram.first) });
  const other = scram.final(connection.take('auth')!.properties!.authenticationData!.toString());
  await connection.send({ type: 'auth', reasonCode: 0x18, properties: properties(other) });
  expect(connection.take('disconnect')).toMatchObject({ reasonCode: 0x87 });
  expect(connection.isClosed).toBe(true);
});
