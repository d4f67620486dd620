import type { Request, Response } from 'express';
import { isPublic } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { Problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { eventOf, replaySchema, type OutletEvent } from '../outlets/teller.ts';

/** The event that a body names, to be told again. @throws {Problem} 422 for what never became public */
export async function readToldEvent(
  request: Request,
  response: Response,
  alerts: Pick<AlertStore, 'get' | 'getPublic'>,
): Promise<OutletEvent> {
  const { eventId } = await readBody(request, response, replaySchema);
  const [alertId = '', version] = eventId.split('-');
  const alert = await alerts.getPublic(alertId);
  const wanted = alert && (await alerts.get(alertId, Number(version)));
  if (wanted !== undefined && isPublic(wanted.status)) return eventOf(wanted);
  throw new Problem('invalid-body', 'Correct the fields named in errors.', {
    errors: [{ pointer: '/eventId', detail: 'must be the id of an event that was told' }],
  });
}
