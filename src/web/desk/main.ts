import './no-eval.ts';
import './desk.ts';
