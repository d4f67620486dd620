import type { Request, RequestHandler } from 'express';
import type { Base } from '../newsroom/later-version.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';

/** Reads what a request needs of Redis while the gate looks up who asks. The request then waits once instead of twice. */
export interface ReadAhead {
  /** For `POST /v1/alerts/:id/versions`. A request that shows neither key nor session is refused without. */
  readonly handler: RequestHandler;
  base(request: Request): Promise<Base> | undefined;
}

export function createReadAhead({ newsroom }: { newsroom: Pick<Newsroom, 'baseOf'> }): ReadAhead {
  const bases = new WeakMap<Request, Promise<Base>>();
  return {
    handler: (request, _response, next) => {
      if (request.headers.authorization !== undefined || request.headers.cookie !== undefined) {
        const base = newsroom.baseOf(String(request.params['id']));
        // Who waits for it hears of it; a request that was refused before has another answer.
        base.catch(() => undefined);
        bases.set(request, base);
      }
      next();
    },
    base: (request) => bases.get(request),
  };
}
