/** Others send, too. */
const EVERY_MS = 5000;

/** Looks every 5 s while the page is seen, and when it is seen anew. @returns ends it */
export function lookAgain(look: () => void): () => void {
  const lookIfSeen = (): void => {
    if (document.visibilityState === 'visible') look();
  };
  const timer = setInterval(lookIfSeen, EVERY_MS);
  document.addEventListener('visibilitychange', lookIfSeen);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', lookIfSeen);
  };
}
