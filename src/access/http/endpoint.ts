/** The web service behind a section: how it is asked, and what is said when it fails. */

import { type Failure, type FailureSubject, type FailureText, failureOf } from '../remote/failures.ts';
import {
  type HttpAnswer,
  HttpClient,
  type HttpClientOptions,
  type HttpQuestion,
  type HttpTrouble,
  httpTroubleTexts,
} from '../remote/http-client.ts';
import type { AnswerForm } from './answers.ts';

/**
 * Besides the troubles of HTTP:
 *
 * - `SERVICE_FAILED`: a status of 500 and above
 * - `URL_UNKNOWN`: the service has nothing there; found by a test only, because 404 is a no
 * - `ANSWER_UNSUPPORTED`: the answer asks for something that the broker does not do
 * - `SETTING_INVALID`, `TLS_FILE`: what the operator wrote
 */
export type HttpFailureKind =
  | HttpTrouble
  | 'SERVICE_FAILED'
  | 'URL_UNKNOWN'
  | 'ANSWER_UNSUPPORTED'
  | 'SETTING_INVALID'
  | 'TLS_FILE';

const texts: Readonly<Record<HttpFailureKind, FailureText>> = {
  ...httpTroubleTexts({
    kind: 'http',
    url: 'the url of the section',
    connectSeconds: 'http.connect_seconds_max',
    answerSeconds: 'http.answer_seconds_max',
    answerBytes: 'http.answer_bytes_max',
    connections: 'http.connections_max',
  }),
  SERVICE_FAILED: { what: 'could not answer', advice: 'see its log', passes: true },
  URL_UNKNOWN: { what: 'has nothing at this address', advice: 'correct the url and the method of the section' },
  ANSWER_UNSUPPORTED: { what: 'asks for something that is not done', advice: 'correct the service' },
  SETTING_INVALID: { what: 'cannot be asked', advice: 'correct the setting' },
  TLS_FILE: { what: 'cannot be asked safely', advice: 'mend the file' },
};

/** @param server whose failures they are, for people: `http://127.0.0.1:8080` */
export function httpFailure(source: string, server: string): Failure<HttpFailureKind> {
  const subject: FailureSubject = { source, who: `the web service at ${server}`, codePrefix: 'HTTP' };
  return failureOf(subject, texts);
}

export class WebService {
  readonly form: AnswerForm;
  readonly failure: Failure<HttpFailureKind>;
  #client: HttpClient;

  constructor(options: Omit<HttpClientOptions, 'failure'>, form: AnswerForm, failure: Failure<HttpFailureKind>) {
    this.form = form;
    this.failure = failure;
    this.#client = new HttpClient({ ...options, failure });
  }

  /** Rejects with a BackendError. */
  ask(question: HttpQuestion): Promise<HttpAnswer> {
    return this.#client.ask(question);
  }

  /** Questions from now on are asked with these options. Those under way are answered first. */
  use(options: Omit<HttpClientOptions, 'failure'>): void {
    const earlier = this.#client;
    this.#client = new HttpClient({ ...options, failure: this.failure });
    earlier.finish();
  }

  close(): void {
    this.#client.close();
  }
}
