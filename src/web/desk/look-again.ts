/**
 * Looks again and again while the page is seen, and when it is seen anew: others send, too.
 * @returns ends it
 */
export function lookAgain(look: () => void, everyMs: number): () => void {
  const lookIfSeen = (): void => {
    if (document.visibilityState === 'visible') look();
  };
  const timer = setInterval(lookIfSeen, everyMs);
  document.addEventListener('visibilitychange', lookIfSeen);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', lookIfSeen);
  };
}
