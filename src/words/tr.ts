export const changes = {
  new: 'Son dakika',
  news: 'Haber',
  update: 'Güncelleme',
  correction: 'Düzeltme',
  retraction: 'Geri çekildi',
} as const;

export const close = 'Kapat';

export const fewer = 'Daha az bildirim';
export const leaveStory = 'Takibi bırak';
