export type ReceiptEvent = 'shown' | 'opened';

export interface ReceiptStore {
  /** Counts each device once per event. `invalid`: the token was not made by us for this version. */
  record(receipt: {
    alertId: string;
    version: number;
    event: ReceiptEvent;
    token: string;
  }): Promise<'recorded' | 'repeated' | 'invalid'>;
}
