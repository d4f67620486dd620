export const changes = {
  new: 'מבזק',
  news: 'ידיעה',
  update: 'עדכון',
  correction: 'תיקון',
  retraction: 'ידיעה שנמשכה',
} as const;

export const close = 'סגירה';

export const alertPage = {
  site: 'Ajil',
  all: 'כל המבזקים',
  story: 'לידיעה המלאה',
  history: 'היסטוריית הידיעה',
  first: 'פורסמה',
  retracted: 'הידיעה נמשכה. אין להסתמך על תוכנה.',
  invite: 'מבזקי חדשות בטלפון או במחשב, ברגע שהם קורים.',
  turnOn: 'הפעלת התראות',
  missing: 'אין ידיעה בכתובת הזאת',
  missingMore: 'ייתכן שהקישור חלקי או ישן. המבזקים האחרונים נמצאים בעמוד הראשי.',
} as const;
