/** Who asks, and what that allows. */

/** Each scope includes those before it. */
export type Scope = 'read' | 'operate' | 'admin';

/** Roles of people who log in to the dashboard, in the order of what they may do. */
export type Role = 'viewer' | 'operator' | 'admin';

export interface Caller {
  /** Name of the dashboard login or of the API key, for the audit log. */
  readonly name: string;
  readonly kind: 'login' | 'api_key' | 'local';
  readonly scope: Scope;
  /** The default password still holds: nothing but changing it is allowed. */
  readonly mustChangePassword: boolean;
  /** Set for a request that came with a cookie, which a foreign page can cause. */
  readonly csrfToken: string | undefined;
}

const scopeOfRole: Readonly<Record<Role, Scope>> = { viewer: 'read', operator: 'operate', admin: 'admin' };

export function scopeOf(role: Role): Scope {
  return scopeOfRole[role];
}

const order: readonly Scope[] = ['read', 'operate', 'admin'];

/** Whether what is given includes what is needed. */
export function includesScope(given: Scope, needed: Scope): boolean {
  return order.indexOf(given) >= order.indexOf(needed);
}
