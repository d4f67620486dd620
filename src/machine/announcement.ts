import { adminKeyLine } from '../ops/role-process.ts';

/** What `npm start` tells people, between the log's lines, once alerts are taken. */
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
