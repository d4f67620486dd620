export const changes = {
  new: 'Eilmeldung',
  news: 'Meldung',
  update: 'Aktualisiert',
  correction: 'Korrektur',
  retraction: 'Zurückgezogen',
} as const;

export const close = 'Schließen';

export const fewer = 'Weniger davon';
export const leaveStory = 'Nicht mehr folgen';
