/** The address of the page: which view, and what is chosen in it. Everything that should survive a reload stands in it. */

import { type AnchorHTMLAttributes, type ReactNode, useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', changed);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Goes to an address of this page. `replace` leaves no entry in the history. */
function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  changed();
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** A value in the query of the address. Setting the empty text removes it. */
export function useParam(
  name: string,
  without = '',
): readonly [string, (value: string, options?: { readonly replace?: boolean }) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const value = new URLSearchParams(search).get(name) ?? without;
  const set = useCallback(
    (next: string, options: { readonly replace?: boolean } = { replace: true }) => {
      setParams({ [name]: next === without ? '' : next }, options);
    },
    [name, without],
  );
  return [value, set];
}

/** Several values at once. */
export function setParams(
  values: Readonly<Record<string, string>>,
  options: { readonly replace?: boolean } = { replace: true },
): void {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === '') params.delete(name);
    else params.set(name, value);
  }
  const query = params.toString();
  navigate(`${location.pathname}${query === '' ? '' : `?${query}`}`, options);
}

/** The part of the path behind the view: `/clients/<this>`, decoded. */
export function usePathRest(base: string): string | undefined {
  const path = usePath();
  if (!path.startsWith(`${base}/`)) return undefined;
  try {
    return decodeURIComponent(path.slice(base.length + 1));
  } catch {
    return undefined;
  }
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: string;
  readonly children?: ReactNode;
}

export function Link({ to, onClick, children, ...rest }: LinkProps): ReactNode {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !isPlain) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
