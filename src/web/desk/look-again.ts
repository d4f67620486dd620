/**
 * Looks repeatedly while the page is visible, and when it becomes visible: colleagues send too.
 * @returns a function that stops it
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
