/** Whether a composite alarm's rule is met, by the states of other alarms. */
export type AlarmRule = (isInAlarm: (name: string) => boolean) => boolean;

/**
 * Reads the rule of a composite alarm: `ALARM("name")`, `AND`, `OR`, `NOT` and parentheses; `AND` binds closer than `OR`.
 * A child without data is not in ALARM.
 *
 * @throws {Error} it has something that is not known here, `OK(…)` among it
 * @see Amazon CloudWatch, PutCompositeAlarm: `AlarmRule`, read 2026-11-22
 */
export function parseRule(rule: string): AlarmRule {
  const tokens = rule.match(/"[^"]*"|\w+|[()]|\S/g) ?? [];
  let next = 0;
  const take = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next += 1;
    return true;
  };
  const need = (token: string): void => {
    if (!take(token)) throw unexpected();
  };
  const unexpected = (): Error =>
    new Error(`The rule ${rule} has ${tokens[next] ?? 'an end'} where it is not known`);

  const readAny = (): AlarmRule => {
    let left = readAll();
    while (take('OR')) left = either(left, readAll());
    return left;
  };
  const readAll = (): AlarmRule => {
    let left = readOne();
    while (take('AND')) left = each(left, readOne());
    return left;
  };
  const readOne = (): AlarmRule => {
    if (take('NOT')) {
      const inner = readOne();
      return (isInAlarm) => !inner(isInAlarm);
    }
    if (take('(')) {
      const inner = readAny();
      need(')');
      return inner;
    }
    need('ALARM');
    need('(');
    const name = tokens[next] ?? '';
    if (!/^"[^"]+"$/.test(name)) throw unexpected();
    next += 1;
    need(')');
    return (isInAlarm) => isInAlarm(name.slice(1, -1));
  };

  const read = readAny();
  if (next < tokens.length) throw unexpected();
  return read;
}

function either(left: AlarmRule, right: AlarmRule): AlarmRule {
  return (isInAlarm) => left(isInAlarm) || right(isInAlarm);
}

function each(left: AlarmRule, right: AlarmRule): AlarmRule {
  return (isInAlarm) => left(isInAlarm) && right(isInAlarm);
}
