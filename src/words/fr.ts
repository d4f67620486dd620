export const changes = {
  new: 'Urgent',
  news: 'Info',
  update: 'Mise à jour',
  correction: 'Correction',
  retraction: 'Retiré',
} as const;

export const close = 'Fermer';

export const fewer = 'Moins d’alertes';
export const leaveStory = 'Ne plus suivre';
