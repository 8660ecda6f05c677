// Days in Norway as instants: shops think in days, rules in instants.

const ZONE = 'Europe/Oslo';

/** `2026-06-01` as `2026-06-01T00:00:00+02:00`. A text that is no day is given back as it is. */
export function midnight(day: string): string {
  return atTime(day, '00:00');
}

/** A time of a day with the offset it has there then. */
export function atTime(day: string, time: string): string {
  const near = new Date(`${day}T${time}:00Z`);
  return Number.isNaN(near.getTime()) ? day : `${day}T${time}:00${offset(near, time)}`;
}

function offset(near: Date, time: string): string {
  // The clocks change at 01:00 UTC: whichever of the two offsets gives the same time back is the right one.
  const fits = (each: string): boolean => timeOf(new Date(`${near.toISOString().slice(0, 11)}${time}:00${each}`)) === time;
  return fits('+01:00') ? '+01:00' : '+02:00';
}

function parts(instant: Date): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

function timeOf(instant: Date): string {
  const { hour, minute } = parts(instant);
  return `${hour}:${minute}`;
}

/** The day an instant lies on. */
export function dayOf(instant: Date): string {
  const { year, month, day } = parts(instant);
  return `${year}-${month}-${day}`;
}

/** `mon` to `sun`. */
export function weekday(day: string): string {
  return parts(new Date(`${day}T12:00:00Z`))['weekday']?.toLowerCase() ?? '';
}

export function nextDay(day: string): string {
  const next = new Date(`${day}T12:00:00Z`);
  if (Number.isNaN(next.getTime())) return day;
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
