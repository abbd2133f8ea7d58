namespace Crik.CommandLine;

/// <summary>
/// The scripts that load completion into a shell. They ask crik itself what can follow, so that they never differ from its commands;
/// <see cref="Completion"/> answers.
/// </summary>
internal static class CompletionScripts
{
    private const string Bash = $$"""
        # bash completion for crik
        _crik() {
            local kind number words current=${COMP_WORDS[COMP_CWORD]}
            { read -r kind number; mapfile -t words; } < <(crik {{Completion.Stage}} "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            case $kind in
                {{Completion.Words}}) COMPREPLY=($(compgen -W "${words[*]%%:*}" -- "$current")) ;;
                {{Completion.Files}}) COMPREPLY=($(compgen -f -- "$current")) ;;
                {{Completion.Directories}}) COMPREPLY=($(compgen -d -- "$current")) ;;
                {{Completion.Program}}) if declare -F _command_offset >/dev/null; then _command_offset "$number"
                    elif [[ $COMP_CWORD == "$number" ]]; then COMPREPLY=($(compgen -c -- "$current"))
                    else COMPREPLY=($(compgen -f -- "$current")); fi ;;
            esac
        }
        complete -o filenames -F _crik crik

        """;

    private const string Zsh = $$"""
        #compdef crik
        _crik() {
            local -a lines known
            lines=("${(@f)$(crik {{Completion.Stage}} "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            case $lines[1] in
                {{Completion.Words}}) known=("${(@)lines[2,-1]}"); _describe crik known ;;
                {{Completion.Files}}) _files ;;
                {{Completion.Directories}}) _files -/ ;;
                {{Completion.Program}}*) local number=${lines[1]#* }; shift $number words; (( CURRENT -= number )); _normal ;;
            esac
        }
        if [[ $funcstack[1] == _crik ]]; then _crik "$@"; else compdef _crik crik; fi

        """;

    private const string Fish = $$"""
        # fish completion for crik
        function __crik_complete
            set -l lines (crik {{Completion.Stage}} (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
            switch $lines[1]
                case {{Completion.Words}}
                    string replace : \t -- $lines[2..]
                case {{Completion.Files}}
                    __fish_complete_path (commandline -ct)
                case {{Completion.Directories}}
                    __fish_complete_directories (commandline -ct)
                case '{{Completion.Program}} *'
                    set -l typed (commandline -opc)
                    set -e typed[1..(string split ' ' $lines[1])[2]]
                    complete -C (string join ' ' -- $typed (commandline -ct))
            end
        end
        complete -c crik -f -a '(__crik_complete)'

        """;

    public static string? Find(string? shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => null };
}
