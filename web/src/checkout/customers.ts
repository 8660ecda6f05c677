// Who may be buying: somebody unknown, and three customers whom the first start gives what they hold.

export const CUSTOMERS = ['anonymous', 'ola', 'siri', 'kari'] as const;
export type Customer = (typeof CUSTOMERS)[number];

/** The `customer_id`; an unknown customer has none. */
export function customerId(customer: Customer): string | undefined {
  return customer === 'anonymous' ? undefined : customer;
}
