export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What was typed into a form of `base`, on what that has become since: each field that was touched stays. */
export function rebase<Form extends object>(typed: Form, base: Form, fresh: Form): Form {
  const result = { ...fresh };
  for (const key of Object.keys(typed) as (keyof Form)[]) if (!same(typed[key], base[key])) result[key] = typed[key];
  return result;
}
