import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../ports/access.ts';
import { LOGIN_PLACEHOLDERS, PERMISSION_PLACEHOLDERS } from '../remote/placeholders.ts';
import { parseRequest, type RequestTemplate, type RequestTexts } from './request-template.ts';

interface Said {
  username?: string | undefined;
  clientId?: string;
  password?: Buffer | undefined;
  commonName?: string;
}

function template(texts: Partial<RequestTexts>, placeholders = LOGIN_PLACEHOLDERS): RequestTemplate {
  const read = parseRequest(full(texts), placeholders);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

function full(texts: Partial<RequestTexts>): RequestTexts {
  return {
    url: 'http://127.0.0.1:80/mqtt/auth',
    method: 'post',
    contentType: 'form',
    params: ['clientid=%c', 'username=%u', 'password=%P'],
    headers: [],
    authorization: undefined,
    ...texts,
  };
}

function asked(one: RequestTemplate, { username, clientId = 'c', password, commonName }: Said = {}) {
  const client = {
    clientId,
    username,
    peer: { address: '10.0.0.1', localPort: 1883, ...(commonName !== undefined && { certificate: { commonName } }) },
  } as unknown as ClientIdentity;
  const request = { action: 'publish', topic: 'a/b c', qos: 0, retain: false } as const;
  const question = one.question({ client, password, request });
  return question === 'unfit' ? question : { ...question, body: question.body?.toString('utf8') };
}

describe('a question to a web service', () => {
  it('is a form, as EMQX 4 sends it', () => {
    const question = asked(template({}), { username: 'emqx', password: Buffer.from('public') });
    expect(question).toMatchObject({
      method: 'POST',
      path: '/mqtt/auth',
      body: 'clientid=c&username=emqx&password=public',
    });
    expect(question).toHaveProperty('headers', new Map([['content-type', 'application/x-www-form-urlencoded']]));
  });

  it('leaves out of a form what a client does not say, and keeps what is empty', () => {
    expect(asked(template({}), {})).toHaveProperty('body', 'clientid=c');
    expect(asked(template({}), { username: '', password: Buffer.of() })).toHaveProperty(
      'body',
      'clientid=c&username=&password=',
    );
  });

  it('has null in JSON for what a client does not say', () => {
    expect(asked(template({ contentType: 'json' }), { username: '' })).toHaveProperty(
      'body',
      '{"clientid":"c","username":"","password":null}',
    );
  });

  it('cannot be asked in JSON about a password that is not UTF-8, and can in a form', () => {
    const password = Buffer.from([0xff, 0x00, 0x41]);
    expect(asked(template({ contentType: 'json' }), { password })).toBe('unfit');
    expect(asked(template({}), { password })).toHaveProperty('body', 'clientid=c&password=%FF%00A');
  });

  it.each(['a&admin=1', 'a=b', 'a\r\nX: y', '%41', 'a+b', 'é', '"}', '%u', '__proto__', '\u2028', '#?/'])(
    'holds the name %j as one value',
    (username) => {
      const form = asked(template({}), { username });
      expect(new URLSearchParams((form as { body: string }).body).get('username')).toBe(username);
      const json = asked(template({ contentType: 'json' }), { username });
      expect(new Map(Object.entries(JSON.parse((json as { body: string }).body))).get('username')).toBe(username);
      const get = asked(template({ method: 'get', url: 'http://x/auth?fixed=1' }), { username });
      const { path } = get as { path: string };
      expect(path).toMatch(/^[\x21-\x7e]+$/);
      expect(new URL(path, 'http://x').searchParams.get('username')).toBe(username);
      expect(new URL(path, 'http://x').searchParams.getAll('fixed')).toEqual(['1']);
    },
  );

  it('does not look for placeholders in what it has filled in', () => {
    const question = asked(template({ params: ['a=%u-%c'] }), { username: '%c%P', clientId: '%u' });
    expect(question).toHaveProperty('body', 'a=%25c%25P-%25u');
  });

  it('may have placeholders in the path and the query of its address', () => {
    const one = template({ url: 'https://auth.example/users/%u/x%20y?id=%c&a=%a', method: 'get', params: [] });
    expect(asked(one, { username: 'a b', clientId: 'x&y=/' })).toMatchObject({
      method: 'GET',
      path: '/users/a%20b/x%20y?id=x%26y%3D%2F&a=10.0.0.1',
      body: undefined,
    });
  });

  it.each(['..', '.', '...', '', undefined, 'a/b', '../acl', '..\\x', 'a\0'])(
    'is not asked about the name %j in a path',
    (username) => {
      expect(asked(template({ url: 'http://x/users/%u' }), { username })).toBe('unfit');
    },
  );

  it('takes two hexadecimal digits for a character of the address', () => {
    const one = template({ url: 'http://x/%c3%A9/%cx/%c', params: [] });
    expect(asked(one, { clientId: 'me' })).toHaveProperty('path', '/%c3%A9/mex/me');
  });

  it('asks about permissions as EMQX 4 does, without a mountpoint', () => {
    const params = [
      'access=%A',
      'username=%u',
      'clientid=%c',
      'ipaddr=%a',
      'topic=%t',
      'mountpoint=%m',
      'port=%p',
      'r=%r',
    ];
    const question = asked(template({ params }, PERMISSION_PLACEHOLDERS), { username: 'u' });
    expect(question).toHaveProperty(
      'body',
      'access=2&username=u&clientid=c&ipaddr=10.0.0.1&topic=a%2Fb%20c&port=1883&r=mqtt',
    );
  });

  it('knows the certificate of a client', () => {
    const one = template({ params: ['cn=%C', 'dn=%d'] });
    expect(asked(one, { commonName: 'pump=7' })).toHaveProperty('body', 'cn=pump%3D7');
  });

  it('has the headers that the operator gave', () => {
    const one = template({ headers: ['X-Key: a b ', 'Accept:*/*'], authorization: 'Bearer x' });
    expect(asked(one)).toHaveProperty(
      'headers',
      new Map([
        ['x-key', 'a b'],
        ['accept', '*/*'],
        ['authorization', 'Bearer x'],
        ['content-type', 'application/x-www-form-urlencoded'],
      ]),
    );
  });

  it.each([
    [{ url: 'ftp://x/' }, /http:/],
    [{ url: 'http:///x' }, /http:/],
    [{ url: 'x' }, /http:/],
    [{ url: 'http://%u/x' }, /host/],
    [{ url: 'http://a b/x' }, /host|ASCII/],
    [{ url: 'http://u:p@x/' }, /password/],
    [{ url: 'http://x/#y' }, /fragment/],
    [{ url: 'http://x/é' }, /ASCII/],
    [{ url: 'http://x/%t' }, /%t has no value here/],
    [{ params: ['x'] }, /name=value/],
    [{ params: ['=x'] }, /name=value/],
    [{ params: ['a=1', 'a=2'] }, /twice/],
    [{ params: ['t=%t'] }, /%t has no value here/],
    [{ headers: ['x'] }, /name: value/],
    [{ headers: ['x: é\u{1f600}'] }, /ASCII/],
    [{ headers: ['Host: y'] }, /host is the broker/],
    [{ authorization: 'a\r\nX: y' }, /name: value/],
  ])('%j is a mistake', (texts, problem) => {
    const read = parseRequest(full(texts as Partial<RequestTexts>), LOGIN_PLACEHOLDERS);
    expect('problem' in read && read.problem).toMatch(problem);
  });

  it('has no topic in its path', () => {
    const read = parseRequest(full({ url: 'http://x/%t' }), PERMISSION_PLACEHOLDERS);
    expect('problem' in read && read.problem).toMatch(/slashes/);
  });

  it('is shown without its query, where a key may stand', () => {
    expect(template({ url: 'http://x:81/a?key=secret' }).shownUrl).toBe('http://x:81/a');
  });
});
