/** The kind `http`: logins and permissions from a web service. */

import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import type { OptionReader } from '../../ports/option.ts';
import type { Failure } from '../remote/failures.ts';
import type { HttpClientOptions } from '../remote/http-client.ts';
import { LOGIN_PLACEHOLDERS, PERMISSION_PLACEHOLDERS, type Placeholder } from '../remote/placeholders.ts';
import { isPrivateHost } from '../remote/public-lookup.ts';
import { readTlsSettings } from '../remote/tls-files.ts';
import type { AnswerForm } from './answers.ts';
import { type HttpFailureKind, httpFailure, WebService } from './endpoint.ts';
import { HttpLogins } from './logins.ts';
import { HttpPermissions } from './permissions.ts';
import { parseRequest, type RequestTemplate, UNFIT } from './request-template.ts';

interface Templates {
  readonly auth: RequestTemplate | undefined;
  readonly superuser: RequestTemplate | undefined;
  readonly acl: RequestTemplate | undefined;
}

/**
 * Opens a source. Nothing is asked of the service before the first login.
 * @throws BackendError for options that cannot be used and files that cannot be read
 */
export const openHttp: OpenAccessSource = async (name, options, dependencies) => {
  const shown = ['auth_url', 'acl_url'].map((one) => options.optionalText(one)).find((url) => url !== undefined);
  const failure = httpFailure(name, shown === undefined ? 'no address' : shownServer(shown));
  const templates: Templates = {
    auth: template('auth', LOGIN_PLACEHOLDERS, options, failure),
    superuser: template('super', LOGIN_PLACEHOLDERS, options, failure),
    acl: template('acl', PERMISSION_PLACEHOLDERS, options, failure),
  };
  if (templates.auth === undefined && templates.acl === undefined) {
    throw failure('SETTING_INVALID', 'neither auth_url nor acl_url is set');
  }
  const readClient = async (): Promise<Omit<HttpClientOptions, 'failure'>> => ({
    connectionsMax: options.number('connections_max'),
    waitingMax: options.number('waiting_max'),
    connectSecondsMax: options.number('connect_seconds_max'),
    answerSecondsMax: options.number('answer_seconds_max'),
    answerBytesMax: options.number('answer_bytes_max'),
    allowsPrivateAddresses: options.boolean('allow_private_addresses'),
    tls: await readTlsSettings(options, (saying, cause) => failure('TLS_FILE', saying, cause)),
    clock: dependencies.clock,
  });
  const service = new WebService(await readClient(), options.text('answers') as AnswerForm, failure);
  return new HttpSource(name, templates, service, dependencies, async () => service.use(await readClient()));
};

class HttpSource implements AccessSource {
  readonly name: string;
  readonly kind = 'http';
  readonly authenticator?: HttpLogins;
  readonly authorizer?: HttpPermissions;
  readonly reload: () => Promise<void>;
  readonly #templates: Templates;
  readonly #service: WebService;

  constructor(
    name: string,
    templates: Templates,
    service: WebService,
    { clock, log }: SourceDependencies,
    reload: () => Promise<void>,
  ) {
    this.name = name;
    this.#templates = templates;
    this.#service = service;
    this.reload = reload;
    const { auth, superuser, acl } = templates;
    if (auth !== undefined) {
      this.authenticator = new HttpLogins({ name, service, template: auth, superuserTemplate: superuser, clock, log });
    }
    if (acl !== undefined) this.authorizer = new HttpPermissions(name, service, acl);
  }

  /** Asks about a client that does not exist. A no is an answer; what matters is that there is one. */
  async test(): Promise<void> {
    const { failure } = this.#service;
    for (const template of Object.values(this.#templates) as (RequestTemplate | undefined)[]) {
      const question = template?.question(NOBODY) ?? UNFIT;
      if (template === undefined || question === UNFIT) continue;
      const { status } = await this.#service.ask(question);
      if (status >= 500) throw failure('SERVICE_FAILED', `${template.shownUrl}: status ${status}`);
      if (status === 404 || status === 405) {
        throw failure('URL_UNKNOWN', `${question.method} ${template.shownUrl}: status ${status}`);
      }
    }
  }

  async close(): Promise<void> {
    this.#service.close();
  }
}

const NAME_OF_NOBODY = 'hoopoe-connection-test';

const NOBODY = {
  client: {
    clientId: NAME_OF_NOBODY,
    username: NAME_OF_NOBODY,
    version: 5,
    peer: { address: '127.0.0.1', port: 0, localAddress: '', localPort: 0, listener: '', transport: 'memory' },
  },
  password: Buffer.from(NAME_OF_NOBODY),
  request: { action: 'subscribe', topic: NAME_OF_NOBODY, qos: 0, retain: false },
} as const;

function template(
  part: 'auth' | 'super' | 'acl',
  placeholders: readonly Placeholder[],
  options: OptionReader,
  failure: Failure<HttpFailureKind>,
): RequestTemplate | undefined {
  const url = options.optionalText(`${part}_url`)?.trim() ?? '';
  if (url === '') return undefined;
  const read = parseRequest(
    {
      url,
      method: options.text(`${part}_method`) as 'get' | 'post',
      contentType: options.text(`${part}_content_type`) as 'form' | 'json',
      params: options.list(`${part}_params`),
      headers: options.list('headers'),
      authorization: options.optionalText('authorization'),
    },
    placeholders,
  );
  if ('problem' in read) throw failure('SETTING_INVALID', `${part}_url: ${read.problem}`);
  if (!options.boolean('allow_private_addresses') && isPrivateHost(read.origin.hostname)) {
    throw failure('ADDRESS_FORBIDDEN', `${part}_url`);
  }
  return read;
}

/** Scheme, host and port; what stands behind them, or before them, may be secret. */
function shownServer(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that cannot be read';
}
