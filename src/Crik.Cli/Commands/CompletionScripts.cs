using System.Text;

namespace Crik.Commands;

/// <summary>Completion scripts: static, because starting crik at each press of a key would be slow, and nothing to complete changes.</summary>
internal static class CompletionScripts
{
    private static ReadOnlySpan<byte> Bash => """
        # bash completion for crik
        _crik() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= i
            for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                    --) [[ $command == run ]] && { _crik_command "$((i + 1))"; return; } ;;
                    --config-path|--image-dir|--log-format|--output|-o|--keep) ((i++)) ;;
                    -*) ;;
                    *) if [[ $command == run ]]; then _crik_command "$i"; return; fi
                       command=${command:-${COMP_WORDS[i]}} ;;
                esac
            done
            case $previous in
                --config-path) COMPREPLY=($(compgen -f -- "$current")); return ;;
                --image-dir) COMPREPLY=($(compgen -d -- "$current")); return ;;
                --log-format) COMPREPLY=($(compgen -W 'text json' -- "$current")); return ;;
                --output|-o) COMPREPLY=($(compgen -W "table json $([[ $command == inspect ]] && echo tree)" -- "$current")); return ;;
                --keep) return ;;
            esac
            case $command in
                '') COMPREPLY=($(compgen -W 'run status checkpoint check list inspect prune rollback completion --debug --version --help' -- "$current")) ;;
                status|check|list) COMPREPLY=($(compgen -W '--output --image-dir --config-path --debug --help' -- "$current")) ;;
                checkpoint) COMPREPLY=($(compgen -W '--leave-running --image-dir --config-path --debug --help' -- "$current")) ;;
                prune) COMPREPLY=($(compgen -W '--keep --image-dir --config-path --debug --help' -- "$current")) ;;
                rollback) COMPREPLY=($(compgen -W '--image-dir --config-path --debug --help' -- "$current")) ;;
                inspect) case $current in
                    -*) COMPREPLY=($(compgen -W '--output --image-dir --config-path --debug --help' -- "$current")) ;;
                    *) COMPREPLY=($(compgen -d -- "$current")) ;;
                esac ;;
                completion) COMPREPLY=($(compgen -W 'bash zsh fish --help' -- "$current")) ;;
                run) case $current in
                    -*) COMPREPLY=($(compgen -W '--config-path --image-dir --log-format --debug --version --help --' -- "$current")) ;;
                    *) COMPREPLY=($(compgen -c -- "$current")) ;;
                esac ;;
            esac
        }
        _crik_command() {
            if declare -F _command_offset >/dev/null; then _command_offset "$1"
            else COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")); fi
        }
        complete -o filenames -F _crik crik

        """u8;

    private static ReadOnlySpan<byte> Zsh => """
        #compdef crik
        _crik() {
            local context state state_descr line
            typeset -A opt_args
            local -a common=('--debug[log more]' '--version[print the version]' '(-h --help)'{-h,--help}'[print help]')
            local -a where=('--config-path=[configuration file]:file:_files' '--image-dir=[the image directory]:directory:_directories')
            _arguments -C $common '1:command:(run status checkpoint check list inspect prune rollback completion)' '*::argument:->rest'
            [[ $state == rest ]] || return
            case $line[1] in
                run) _arguments -S $common $where \
                    '--log-format=[format of the log]:format:(text json)' '*::command:_normal' ;;
                status|check|list) _arguments $common $where '--output=[form]:form:(table json)' ;;
                inspect) _arguments $common $where '--output=[form]:form:(table tree json)' '1:checkpoint:_directories' ;;
                checkpoint) _arguments $common $where '--leave-running[let the program run on]' ;;
                prune) _arguments $common $where '--keep=[how many]:number:' ;;
                rollback) _arguments $common $where '1:checkpoint:' ;;
                completion) _arguments '1:shell:(bash zsh fish)' ;;
            esac
        }
        if [[ $funcstack[1] == _crik ]]; then _crik "$@"; else compdef _crik crik; fi

        """u8;

    private static ReadOnlySpan<byte> Fish => """
        # fish completion for crik
        complete -c crik -f
        complete -c crik -n __fish_use_subcommand -a run -d 'run or restore a command'
        complete -c crik -n __fish_use_subcommand -a status -d 'show how the running crik is'
        complete -c crik -n __fish_use_subcommand -a checkpoint -d 'have the running crik make a checkpoint'
        complete -c crik -n '__fish_seen_subcommand_from checkpoint' -l leave-running -d 'let the program run on'
        complete -c crik -n __fish_use_subcommand -a check -d 'say whether a checkpoint can work here'
        complete -c crik -n __fish_use_subcommand -a list -d 'show the checkpoints'
        complete -c crik -n __fish_use_subcommand -a inspect -d 'show what is in a checkpoint'
        complete -c crik -n __fish_use_subcommand -a prune -d 'remove old checkpoints'
        complete -c crik -n __fish_use_subcommand -a rollback -d 'choose the checkpoint to restore'
        complete -c crik -n __fish_use_subcommand -a completion -d 'print a completion script'
        complete -c crik -l debug -d 'log more'
        complete -c crik -l version -d 'print the version'
        complete -c crik -s h -l help -d 'print help'
        complete -c crik -n '__fish_seen_subcommand_from run status checkpoint check list inspect prune rollback' -l config-path -r -F -d 'configuration file'
        complete -c crik -n '__fish_seen_subcommand_from run status checkpoint check list inspect prune rollback' -l image-dir -x -a '(__fish_complete_directories)' -d 'where checkpoints go'
        complete -c crik -n '__fish_seen_subcommand_from run' -l log-format -x -a 'text json' -d 'format of the log'
        complete -c crik -n '__fish_seen_subcommand_from status check list' -l output -x -a 'table json' -d 'form'
        complete -c crik -n '__fish_seen_subcommand_from inspect' -l output -x -a 'table tree json' -d 'form'
        complete -c crik -n '__fish_seen_subcommand_from inspect' -x -a '(__fish_complete_directories)'
        complete -c crik -n '__fish_seen_subcommand_from prune' -l keep -x -d 'how many to keep'
        complete -c crik -n '__fish_seen_subcommand_from run' -x -a '(__fish_complete_subcommand --fcs-skip=2)'
        complete -c crik -n '__fish_seen_subcommand_from completion' -x -a 'bash zsh fish'

        """u8;

    public static string? Find(string? shell) => shell switch
    {
        "bash" => Encoding.UTF8.GetString(Bash),
        "zsh" => Encoding.UTF8.GetString(Zsh),
        "fish" => Encoding.UTF8.GetString(Fish),
        _ => null,
    };
}
