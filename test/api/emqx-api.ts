/** A broker that answers as EMQX 4 does, and a way to ask it as scripts do. */

import mqtt, { type MqttClient } from 'mqtt';
import { readManagementFile } from '../../src/cli/control/management-file.ts';
import { ManagedBroker } from './managed-broker.ts';

export const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
type Answer = { status: number; headers: Headers; body: any };

export class EmqxApi {
  readonly broker: ManagedBroker;
  /** Of the port that is EMQX's. */
  readonly url: string;
  readonly #clients: MqttClient[] = [];

  private constructor(broker: ManagedBroker, url: string) {
    this.broker = broker;
    this.url = url;
  }

  static async start(): Promise<EmqxApi> {
    const broker = await ManagedBroker.start(`
durability: { mode: memory }
management: { port: 0, emqx_api: { port: 0, application_id: admin, application_secret: public } }
listeners: { mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true } }
access: { users: { type: builtin } }
node: { name: emqx@127.0.0.1 }
`);
    return new EmqxApi(broker, readManagementFile(`${broker.folder}/data`)?.emqxUrl ?? '');
  }

  async ask(line: string, body?: unknown, base: string = this.url, login: string = 'admin:public'): Promise<Answer> {
    const [method, path] = line.split(' ') as [string, string];
    const response = await fetch(`${base}/api/v4${path}`, {
      method,
      // What curl says when it is given data and nothing else.
      headers: {
        authorization: basic(login),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async connect(clientId: string, more: mqtt.IClientOptions = {}): Promise<MqttClient> {
    // Asked for each time: a listener that was started again on a free port has another one.
    const [{ listen_on: address }] = (await this.ask(`GET /nodes/emqx@127.0.0.1/listeners`)).body.data;
    const client = await mqtt.connectAsync(`mqtt://${address}`, { clientId, reconnectPeriod: 0, ...more });
    this.#clients.push(client);
    return client;
  }

  async endClients(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.endAsync(true)));
  }
}
