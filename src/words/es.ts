export const changes = {
  new: 'Última hora',
  news: 'Noticia',
  update: 'Actualización',
  correction: 'Corrección',
  retraction: 'Retirada',
} as const;

export const close = 'Cerrar';

export const fewer = 'Menos avisos';
export const leaveStory = 'Dejar de seguir';
