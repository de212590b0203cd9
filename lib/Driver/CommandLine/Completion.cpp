//===- Completion.cpp - nnc completion ------------------------------------===//
//
// Scripts made from the options as they are defined, so that they know exactly
// what `nnc` knows. Other words are completed as files.
//
//===----------------------------------------------------------------------===//
#include "CommandLine.h"

using namespace nnc::driver;

static std::string words(const std::vector<std::string> &list) {
  return CLI::detail::join(list, " ");
}

/// Every command with the words that it knows.
static std::vector<std::pair<const CLI::App *, std::vector<std::string>>>
vocabulary(const CLI::App &app) {
  std::vector<std::pair<const CLI::App *, std::vector<std::string>>> result;
  for (const CLI::App *sub : app.get_subcommands([](const CLI::App *) { return true; }))
    result.emplace_back(sub, optionNames(*sub));
  return result;
}

static std::string commandNames(const CLI::App &app) {
  std::string names = "help";
  for (const auto &[sub, options] : vocabulary(app))
    names += " " + sub->get_name();
  return names;
}

static std::string completeBash(const CLI::App &app) {
  std::string text = "# nnc completion bash; load with: source <(nnc completion bash)\n"
                     "_nnc() {\n"
                     "  local word=${COMP_WORDS[COMP_CWORD]} options=\n"
                     "  COMPREPLY=()\n"
                     "  if [ \"$COMP_CWORD\" = 1 ] || { [ \"$COMP_CWORD\" = 2 ] && [ \"${COMP_WORDS[1]}\" = help ]; }; then\n"
                     "    COMPREPLY=($(compgen -W \"" +
                     commandNames(app) +
                     " --help --version\" -- \"$word\"))\n"
                     "    return\n"
                     "  fi\n"
                     "  case ${COMP_WORDS[1]} in\n";
  for (const auto &[sub, options] : vocabulary(app))
    text += "  " + sub->get_name() + ") options=\"" + words(options) + "\" ;;\n";
  return text + "  esac\n"
                "  case $word in\n"
                "  -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
                "  *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
                "  esac\n"
                "}\n"
                "complete -o filenames -F _nnc nnc\n";
}

static std::string completeZsh(const CLI::App &app) {
  std::string text = "#compdef nnc\n"
                     "# nnc completion zsh; load with: source <(nnc completion zsh)\n"
                     "_nnc() {\n"
                     "  local -a options\n"
                     "  if (( CURRENT == 2 )) || { (( CURRENT == 3 )) && [[ $words[2] == help ]]; }; then\n"
                     "    compadd -- " +
                     commandNames(app) +
                     " --help --version\n"
                     "    return\n"
                     "  fi\n"
                     "  case $words[2] in\n";
  for (const auto &[sub, options] : vocabulary(app))
    text += "  " + sub->get_name() + ") options=(" + words(options) + ") ;;\n";
  return text + "  esac\n"
                "  if [[ $words[CURRENT] == -* ]]; then\n"
                "    compadd -- $options\n"
                "  else\n"
                "    _files\n"
                "  fi\n"
                "}\n"
                "compdef _nnc nnc\n";
}

/// A text in single quotes, as fish reads them.
static std::string quote(const std::string &text) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "'";
}

static std::string completeFish(const CLI::App &app) {
  std::string text = "# nnc completion fish; load with: nnc completion fish | source\n"
                     "complete -c nnc -n __fish_use_subcommand -f -a help -d 'explain a command'\n";
  for (const auto &[sub, options] : vocabulary(app)) {
    text += "complete -c nnc -n __fish_use_subcommand -f -a " + sub->get_name() + " -d " +
            quote(sub->get_description()) + "\n";
    text += "complete -c nnc -n '__fish_seen_subcommand_from help' -f -a " + sub->get_name() + "\n";
    for (const std::string &option : options) {
      bool isLong = option.size() > 2;
      text += "complete -c nnc -n '__fish_seen_subcommand_from " + sub->get_name() + "' " +
              (isLong ? "-l " + option.substr(2) : "-s " + option.substr(1)) + " -d " +
              quote(sub->get_option(option)->get_description()) + "\n";
    }
  }
  return text;
}

std::string nnc::driver::completionScript(const CLI::App &app, const std::string &shell) {
  return shell == "bash" ? completeBash(app) : shell == "zsh" ? completeZsh(app) : completeFish(app);
}
