# What zvpg and zvpg-jshell have in common: where Java is and what was built. Sourced, not run.
# shellcheck shell=bash
# shellcheck disable=SC2034 # some variables are used by the scripts that source this

fail() {
  echo "zvpg: $*" >&2
  exit 1
}

# In the locale of cron and containers, which has no letters beyond ASCII, Java would lose those in arguments and file names.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
  C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

bin=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
built=$bin/../target

java=$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java") || fail "there is no Java; install a JDK (17 or newer) or set JAVA_HOME"
java=$(readlink -f "$java")
java_home=${java%/bin/java}

jar=
for candidate in "$built"/zvpg-examples-*.jar; do
  case $candidate in
    *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
    *) [ ! -f "$candidate" ] || jar=$candidate ;;
  esac
done
if [ -z "$jar" ] || [ ! -f "$built/class-path" ]; then
  fail "not built yet; run ./mvnw -q package -DskipTests in $(cd "$bin/../.." && pwd) first"
fi
class_path=$jar:$(<"$built/class-path")

# A command lives for a second: the first compiler and the smallest collector start fastest.
options=(-XX:+IgnoreUnrecognizedVMOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto
  --enable-native-access=ALL-UNNAMED)

# Whether a file is there and newer than everything that it was made from; changes nothing when it is not.
is_current() {
  local made_from IFS=:
  for made_from in $class_path "$java_home/lib/modules"; do
    [ "$1" -nt "$made_from" ] || return 1
  done
}

only_jars() {
  local entry IFS=:
  for entry in $class_path; do
    [ -f "$entry" ] || return 1
  done
}

# Starts from an archive of loaded classes, made on the first use and once more when something was rebuilt. Nothing here may
# keep a command from running: where there can be no archive, there is none.
use_archive() {
  local archive=$built/cds${java_home//\//-}.jsa mine
  if ! is_current "$archive"; then
    if [ ! -w "$built" ] || is_current "$archive.impossible" || ! only_jars; then
      return 0
    fi
    mine=$archive.$$
    if "$java" "${options[@]}" -XX:ArchiveClassesAtExit="$mine" -classpath "$class_path" \
      dev.zvpg.examples.cli.Training </dev/null >/dev/null 2>&1 && [ -s "$mine" ]; then
      mv -f "$mine" "$archive"
    else
      rm -f "$mine"
      : >"$archive.impossible"
      return 0
    fi
  fi
  # the JVM checks the archive once more, and says nothing when it starts without it
  options+=(-XX:SharedArchiveFile="$archive" -Xlog:disable)
}
