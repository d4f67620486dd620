import type { Lane } from './job.ts';

/** Most regions that have a lane: fewer than the origins that the transport keeps. */
const MAX_REGIONS = 192;
/** Most of these that have never answered: made-up names take no room from the others. */
const MAX_UNHEARD = 128;

/**
 * The lanes of all origins. Lanes of the hosts that we name stay. Strangers can make up any number of regions (origins that
 * a pattern allows), so the lanes of regions are bounded, and the idle one that has answered least makes room.
 */
export interface Lanes {
  get(origin: string): Lane | undefined;
  /** Keeps a lane; false if there is no room for it. */
  add(lane: Lane): boolean;
  all(): readonly Lane[];
}

export function createLanes(): Lanes {
  const named = new Map<string, Lane>();
  const regions = new Map<string, Lane>();

  function makeRoom(): boolean {
    const all = [...regions.values()];
    const unheard = all.filter((lane) => lane.answered === 0);
    const crowd = unheard.length >= MAX_UNHEARD ? unheard : all;
    if (crowd === all && all.length < MAX_REGIONS) return true;
    const [spare] = crowd.filter((lane) => lane.idle).sort((a, b) => a.answered - b.answered);
    if (spare === undefined) return false;
    spare.close();
    return regions.delete(spare.origin);
  }

  return {
    get: (origin) => named.get(origin) ?? regions.get(origin),
    add(lane) {
      if (lane.regional && !makeRoom()) return false;
      (lane.regional ? regions : named).set(lane.origin, lane);
      return true;
    },
    all: () => [...named.values(), ...regions.values()],
  };
}
