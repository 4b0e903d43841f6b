# What zvpg and zvpg-jshell have in common: where the jars and Java are. Sourced, not run, by any POSIX shell: small containers
# have no other. The caller has set bin to the directory of this file, which is either that of the archive that ./mvnw package
# makes, with the jars beside it in lib, or this project's own, with what was built beside it in target.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # some variables are the caller's

fail() {
  echo "zvpg: $*" >&2
  exit 1
}

# In the locale of cron and containers, which has no letters beyond ASCII, Java would lose those in arguments and file names.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
  C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

home=$(dirname "$bin")
case $home in
  *:*) fail "no directory of a class path can have a colon in its name; move $home" ;;
esac

# the jar that `package` has made, of all that lie there
built_jar() (
  for jar in "$home"/target/zvpg-examples-*.jar; do
    case $jar in
      *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
      *) if [ -f "$jar" ]; then echo "$jar"; fi ;;
    esac
  done | tail -n 1
)

find_class_path() {
  if [ -d "$home/lib" ]; then
    # sorted alike for everybody, because an archive of loaded classes is for one class path
    class_path=$(LC_ALL=C && printf '%s:' "$home"/lib/*.jar)
    class_path=${class_path%:}
    archives=$home/lib
  else
    class_path=$(built_jar)
    if [ -z "$class_path" ] || [ ! -f "$home/target/class-path" ]; then
      fail "not built yet; run ./mvnw -q package -DskipTests in $(dirname "$home") first"
    fi
    class_path=$class_path:$(cat "$home/target/class-path")
    archives=$home/target
  fi
}

find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, which has no bin/java; set it to a Java, 17 or newer, or unset it"
  else
    java=$(command -v java) || fail "there is no Java; install one, 17 or newer, or set JAVA_HOME"
  fi
  java_home=$(readlink -f "$java")
  java_home=${java_home%/bin/java}
  java_version=
  if [ -r "$java_home/release" ]; then
    while IFS='=' read -r name value; do
      if [ "$name" = JAVA_VERSION ]; then
        java_version=${value#\"}
        java_version=${java_version%%\"*}
      fi
    done <"$java_home/release"
  fi
  # a version manager's stand-in, or a Java that does not say: Java itself is asked, which takes a while
  [ -n "$java_version" ] || ask_java
  major=${java_version#1.} # Java 8 calls itself 1.8
  major=${major%%[!0-9]*}
  [ "${major:-0}" -ge 17 ] ||
    fail "$java is Java ${java_version:-of an unknown version}, and 17 or newer is needed; set JAVA_HOME to one"
}

ask_java() {
  properties=$("$java" -XshowSettings:properties -version 2>&1) || fail "$java does not run: $properties"
  java_version=$(echo "$properties" | sed -n 's/^ *java\.version = //p')
  java_home=$(echo "$properties" | sed -n 's/^ *java\.home = //p')
}

find_class_path
find_java

# A command lives for a second: the first compiler and the smallest collector start fastest.
options='-XX:+IgnoreUnrecognizedVMOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto
  --enable-native-access=ALL-UNNAMED'

# Whether a file is there and newer than everything that it was made from; changes nothing when it is not.
is_current() (
  IFS=:
  set -f
  for made_from in $class_path "$java_home/lib/modules"; do
    [ "$1" -nt "$made_from" ] || return 1
  done
)

only_jars() (
  IFS=:
  set -f
  for entry in $class_path; do
    [ -f "$entry" ] || return 1
  done
)

# Unpacked jars are as old as the release, whatever is in them. What a JVM would take for the same jars, because size and time are,
# differs in this.
contents() (
  if [ -d "$home/lib" ]; then
    sum=$(cat "$home"/lib/zvpg-*.jar | cksum)
    echo "-${sum%% *}"
  fi
)

# Sets archive to one of loaded classes to start from, made on the first use by somebody who may write there, and once more when
# something was rebuilt. Nothing here may keep a command from running: where there can be no archive, it is empty.
use_archive() {
  archive=
  prefix=$archives/cds$(echo "$java_home" | tr / -)
  wanted=$prefix$(contents).jsa
  if ! is_current "$wanted"; then
    if [ ! -w "$archives" ] || is_current "$wanted.impossible" || ! only_jars; then
      return 0
    fi
    rm -f "$prefix"*.jsa "$prefix"*.impossible || return 1
    mine=$wanted.$$
    # shellcheck disable=SC2086 # the options are words
    if "$java" $options -XX:ArchiveClassesAtExit="$mine" -classpath "$class_path" \
      dev.zvpg.examples.cli.Training </dev/null >/dev/null 2>&1 && [ -s "$mine" ]; then
      mv -f "$mine" "$wanted" || return 1
    else
      rm -f "$mine"
      touch "$wanted.impossible"
      return 0
    fi
  fi
  archive=$wanted
}
