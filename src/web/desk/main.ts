import './zod-without-eval.ts';
import './desk.ts';
