/** What the start says, in the languages it is said in. English is the reference; a test holds the others to its keys. */

export interface StartTexts {
  readonly listeners: string;
  readonly data: string;
  /** What an acknowledgement promises, by `durability.mode`. */
  readonly strict: string;
  readonly relaxed: (windowSeconds: number) => string;
  readonly inMemory: string;
  readonly logins: string;
  /** Nobody but this machine can connect, and it needs no login. */
  readonly anonymousLocal: string;
  readonly anonymousEverywhere: (listeners: string) => string;
  readonly anonymousWithoutName: (listeners: string) => string;
  /** Where logins are looked up, in the order of the chain. */
  readonly loginSources: (sources: string) => string;
  readonly loginRequired: (listeners: string) => string;
  readonly loginImpossible: (listeners: string) => string;
  readonly tryIt: string;
  readonly dashboard: string;
  readonly stop: string;
  readonly more: (count: number) => string;
}

const english: StartTexts = {
  listeners: 'Listening',
  data: 'Data',
  strict: 'QoS 1 and 2 are acknowledged when the disk has them',
  relaxed: (windowSeconds) => `QoS 1 and 2 are acknowledged up to ${windowSeconds} s before the disk has them`,
  inMemory: 'sessions and messages are kept in memory only',
  logins: 'Logins',
  anonymousLocal: 'not required from this machine',
  anonymousEverywhere: (listeners) =>
    `NOT required on ${listeners}: whoever reaches it may connect (allow_anonymous: true)`,
  anonymousWithoutName: (listeners) => `required on ${listeners} of clients that give a user name`,
  loginSources: (sources) => `checked by ${sources}`,
  loginRequired: (listeners) => `required on ${listeners}; clients without one are refused there`,
  loginImpossible: (listeners) =>
    `required on ${listeners}, but none are configured, so nobody can connect there; allow_anonymous: true lets everybody in`,
  tryIt: 'Try',
  dashboard: 'Dashboard',
  stop: 'Ctrl-C stops the broker.',
  more: (count) => `and ${count} more`,
};

const chinese: StartTexts = {
  listeners: '监听',
  data: '数据目录',
  strict: 'QoS 1 和 QoS 2 消息写入磁盘后才确认',
  relaxed: (windowSeconds) => `QoS 1 和 QoS 2 消息最多在写入磁盘前 ${windowSeconds} 秒确认`,
  inMemory: '会话和消息只保存在内存中',
  logins: '登录',
  anonymousLocal: '本机连接无需登录',
  anonymousEverywhere: (listeners) => `${listeners} 无需登录：任何能访问它的客户端都可以连接（allow_anonymous: true）`,
  anonymousWithoutName: (listeners) => `${listeners} 上提供用户名的客户端需要登录`,
  loginSources: (sources) => `由 ${sources} 验证`,
  loginRequired: (listeners) => `${listeners} 需要登录，匿名客户端会被拒绝`,
  loginImpossible: (listeners) =>
    `${listeners} 需要登录，但尚未配置任何登录方式，因此无人能够连接；allow_anonymous: true 允许所有客户端`,
  tryIt: '试一试',
  dashboard: '控制台',
  stop: '按 Ctrl-C 停止。',
  more: (count) => `另有 ${count} 个`,
};

/** The texts for the language of the environment, as POSIX orders its variables. */
export function startTexts(environment: Readonly<Record<string, string | undefined>>): StartTexts {
  const { LC_ALL: all, LC_MESSAGES: messages, LANG: language } = environment;
  return (all || messages || language || '').toLowerCase().startsWith('zh') ? chinese : english;
}
