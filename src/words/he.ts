export const changes = {
  new: 'מבזק',
  news: 'ידיעה',
  update: 'עדכון',
  correction: 'תיקון',
  retraction: 'ידיעה שנמשכה',
} as const;

export const close = 'סגירה';

export const fewer = 'פחות התראות';
export const leaveStory = 'הפסקת מעקב';

export const alertPage = {
  site: 'Ajil',
  all: 'כל המבזקים',
  article: 'לידיעה המלאה',
  story: 'חלק מהסיפור:',
  followStory: 'מעקב אחר הסיפור',
  leaveStory,
  followFailed: 'הפעולה לא הצליחה. בדקו את החיבור ונסו שוב.',
  moreOfStory: 'כל הידיעות בסיפור',
  history: 'היסטוריית הידיעה',
  first: 'פורסמה',
  retracted: 'הידיעה נמשכה. אין להסתמך על תוכנה.',
  invite: 'מבזקי חדשות בטלפון או במחשב, ברגע שהם קורים.',
  turnOn: 'הפעלת התראות',
  missing: 'אין ידיעה בכתובת הזאת',
  missingMore: 'ייתכן שהקישור חלקי או ישן. המבזקים האחרונים נמצאים בעמוד הראשי.',
} as const;

export const subscribing = {
  turnOn: alertPage.turnOn,
  on: 'ההתראות פעילות במכשיר הזה.',
  turnOff: 'כיבוי ההתראות',
  wait: 'רק רגע…',
  blocked: 'ההתראות מאתר זה חסומות. אפשר לאשר אותן בהגדרות האתר, ליד הכתובת.',
  unsupported: 'הדפדפן הזה אינו מציג התראות מאתרים.',
  install: 'כדי לקבל התראות הוסיפו את העמוד למסך הבית.',
  failed: 'זה לא הצליח. נסו שוב.',
  ended: 'ההתראות כובו, וכל מה שנשמר על המכשיר נמחק.',
} as const;
