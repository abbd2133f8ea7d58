namespace Crik.Kubectl.CommandLine;

/// <summary>
/// The scripts that load completion into a shell. They ask kubectl-crik itself what can follow. The last line of its
/// answer is a directive, as cobra defines it: 4 is "no files", 0 is "files too".
/// </summary>
internal static class CompletionScripts
{
    private const string Bash = $$"""
        # bash completion for kubectl-crik
        _kubectl_crik() {
            local lines current=${COMP_WORDS[COMP_CWORD]}
            mapfile -t lines < <(kubectl-crik {{Completion.Stage}} "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            local directive=${lines[-1]}
            unset 'lines[-1]'
            COMPREPLY=($(compgen -W "${lines[*]%%$'\t'*}" -- "$current"))
            if [[ $directive == :0 ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
        }
        complete -o filenames -F _kubectl_crik kubectl-crik

        """;

    private const string Zsh = $$"""
        #compdef kubectl-crik
        _kubectl_crik() {
            local -a lines known
            lines=("${(@f)$(kubectl-crik {{Completion.Stage}} "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ $lines[-1] == :0 ]]; then _files; return; fi
            known=("${(@)${(@)lines[1,-2]//:/\\:}/$'\t'/:}")
            _describe kubectl-crik known
        }
        if [[ $funcstack[1] == _kubectl_crik ]]; then _kubectl_crik "$@"; else compdef _kubectl_crik kubectl-crik; fi

        """;

    private const string Fish = $$"""
        # fish completion for kubectl-crik
        function __kubectl_crik_complete
            set -l lines (kubectl-crik {{Completion.Stage}} (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
            if test "$lines[-1]" = :0
                __fish_complete_path (commandline -ct)
            else
                printf '%s\n' $lines[1..-2]
            end
        end
        complete -c kubectl-crik -f -a '(__kubectl_crik_complete)'

        """;

    public static string? Find(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => null };
}
