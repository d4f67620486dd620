export const changes = {
  new: 'Срочно',
  news: 'Новость',
  update: 'Обновление',
  correction: 'Исправление',
  retraction: 'Отозвано',
} as const;

export const fewer = 'Реже';
export const leaveStory = 'Не следить';
