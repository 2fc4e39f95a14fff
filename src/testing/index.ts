/** `hoopoe/testing`: a broker without sockets, a client that speaks over memory, and a clock that you move. */

export { FakeClock } from './fake-clock.ts';
export { MemoryEnd, type MemoryPair, memoryPair } from './memory-connection.ts';
export { SeededRandom } from './seeded-random.ts';
export { TestBroker, type TestBrokerOptions, type TestClientOptions, testBroker } from './test-broker.ts';
export { type PublishOptions, type Received, type ReceivedPublish, TestClient } from './test-client.ts';
