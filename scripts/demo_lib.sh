# shellcheck shell=bash
# What the demonstrations share: titled steps, commands shown as one would type them, and what must
# come out of each.

# Paths and commands, each followed by how it is shown.
hidden=()
shown_as() { # (WHAT HOW)...
    hidden=("$@")
}

pace=${PACE:-$([ -t 1 ] && echo 1 || echo 0)}

step=0
say() { # TITLE
    step=$((step + 1))
    printf '\n\033[1m%d. %s\033[0m\n' "$step" "$1" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[01]m//g'; fi
    sleep "$pace"
}

# A command line as one would type it.
typed() { # WORD...
    local word i
    for word in "$@"; do
        for ((i = 0; i < ${#hidden[@]}; i += 2)); do
            word=${word/#"${hidden[i]}"/"${hidden[i + 1]}"}
        done
        case $word in
        *[\ \']*) printf ' "%s"' "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
}

# Runs a command, shows it and what it prints, and insists on its exit code.
must() { # EXIT-CODE COMMAND...
    local want=$1 got=0 i cut=(-e 's/^/    /')
    shift
    for ((i = 0; i < ${#hidden[@]}; i += 2)); do
        cut+=(-e "s|${hidden[i]}/||g; s|${hidden[i]}|${hidden[i + 1]}|g")
    done
    printf '  $%s\n' "$(typed "$@")"
    "$@" 2>&1 | sed "${cut[@]}" || got=${PIPESTATUS[0]}
    if [ "$got" != "$want" ]; then
        echo "demo: exit code $got, expected $want" >&2
        exit 1
    fi
    sleep "$pace"
}

# Insists on something that a report says.
holds() { # REPORT JQ-FILTER WHAT
    if ! jq -e "$2" >/dev/null <<<"$1"; then
        echo "demo: the report on $3 does not hold: $2" >&2
        exit 1
    fi
}
