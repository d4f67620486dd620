export const changes = {
  new: '突发',
  news: '新闻',
  update: '更新',
  correction: '更正',
  retraction: '已撤回',
} as const;

export const fewer = '减少通知';
export const leaveStory = '不再关注';
