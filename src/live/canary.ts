import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { CanaryEntry } from './log/canary-stream.ts';
import type { Version } from './log/tail.ts';
import type { LiveFilter } from './protocol.ts';

/*
 * The canary's line: a connection to the gateway like a reader's, with a filter that no query can express, and entries of a
 * stream beside the live log. What runs on it is no version: it is in no tail and no hello, and moves no reader's cursor.
 */

/** A topic's id holds no asterisk, so no reader's query and no alert names it. */
export const CANARY_FILTER: LiveFilter = { topics: ['*canary'], urgency: 'normal', lang: undefined };

export const isCanaryFilter = (filter: LiveFilter): boolean => filter === CANARY_FILTER;

/** In place of a client's address: such a connection is not counted, and takes no reader's place. */
export const CANARY_ADDRESS = 'canary';

/** The request header with the proof that the connection is the canary's. */
export const CANARY_HEADER = 'ajil-canary';

/** Proves to a gateway that a connection is the canary's. Only processes with the VAPID key can make one. */
export interface CanaryProofs {
  make(run: string): string;
  isValid(proof: string | string[] | undefined): boolean;
}

/** @param privateKey the VAPID private key, base64url of 32 bytes: the secret that all processes share */
export function openCanaryProofs(privateKey: string): CanaryProofs {
  const secret = Buffer.from(hkdfSync('sha256', Buffer.from(privateKey, 'base64url'), '', 'ajil canary', 32));
  const make = (run: string): string =>
    `${run}.${createHmac('sha256', secret).update(run).digest('base64url')}`;
  return {
    make,
    isValid: (proof) => {
      if (typeof proof !== 'string') return false;
      const given = Buffer.from(proof);
      const right = Buffer.from(make(proof.slice(0, Math.max(0, proof.indexOf('.')))));
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

export const canaryText = (run: string): string => JSON.stringify({ canary: run });

/**
 * The entry as the broadcast carries it. Its offset is a time in ms, and so above every offset of the log; it concerns no
 * filter, because it has no facets.
 */
export function canaryVersion({ id, run }: CanaryEntry): Version {
  const json = canaryText(run);
  return {
    offset: Number(id.split('-', 1)[0]),
    id: CANARY_ADDRESS,
    version: 0,
    json,
    bytes: json.length,
    retracted: false,
    expiresAtMs: 0,
    reach: [],
  };
}
