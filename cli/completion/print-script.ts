import { print } from '../views/terminal.ts';

// Each script passes the words before the cursor to `tidemark complete`, and offers what it prints. Words are passed as they
// are: nothing that is typed is run.

const BASH = `# Completion of tidemark in bash: source this file, or put it into ~/.local/share/bash-completion/completions/tidemark
_tidemark() {
  local value about
  COMPREPLY=()
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(tidemark complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tidemark tidemark`;

const ZSH = `#compdef tidemark
# Completion of tidemark in zsh: put it into a folder of fpath as _tidemark, or source it after compinit
_tidemark() {
  local value about kind
  local -a offered
  while IFS=$'\\t' read -r value about; do
    case $value in
      :*) kind=$value ;;
      *) offered+=("\${value//:/\\\\:}:$about") ;;
    esac
  done < <(tidemark complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  case $kind in
    :files) _files ;;
    :folders) _files -/ ;;
    *) _describe tidemark offered ;;
  esac
}
if [ "$funcstack[1]" = _tidemark ]; then _tidemark "$@"; else compdef _tidemark tidemark; fi`;

const FISH = `# Completion of tidemark in fish: put it into ~/.config/fish/completions/tidemark.fish
function __tidemark
  set -l words (commandline -opc) (commandline -ct)
  for line in (tidemark complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':folders'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c tidemark -f -a '(__tidemark)'`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Prints the script of a shell. */
export async function printScript([shell = '']: readonly string[]): Promise<number> {
  print(SCRIPTS[shell] ?? '');
  return 0;
}
