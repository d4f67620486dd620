import { adminKeyLine } from '../ops/role-process.ts';

/** The lines for people that `npm start` prints between the log's lines once Ajil takes alerts. */
export function announcement(origin: string, adminKey: string | undefined): string[] {
  return [
    '',
    'Ajil is running.',
    `  reader page  ${origin}/`,
    `  desk         ${origin}/desk`,
    `  API docs     ${origin}/docs`,
    ...(adminKey === undefined ? [] : [adminKeyLine(adminKey)]),
    '',
  ];
}
