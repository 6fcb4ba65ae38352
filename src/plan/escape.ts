/** Kubernetes expands `$(NAME)` in env values, command and args, and reads `$$` as `$`; docker expands nothing. */
export function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$')
}
