#!/usr/bin/env bash
# Starts PostgreSQL and RabbitMQ on this machine where they are not running, installing Debian's
# packages where they are absent (needs root), and prints the settings that name them:
#
#   eval "$(tools/services.sh)" && make test
#
# For tests and benchmarks only: the password below guards nothing.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

say() { echo "$*" >&2; }

install_missing() {
    local wanted=()
    command -v pg_ctlcluster >/dev/null || wanted+=(postgresql)
    command -v rabbitmq-server >/dev/null || [ -x /usr/sbin/rabbitmq-server ] || wanted+=(rabbitmq-server)
    [ ${#wanted[@]} -eq 0 ] && return
    say "installing ${wanted[*]}"
    # Without init the packages' own start-up fails; that is no reason to fail here.
    apt-get update -qq >&2
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >&2 </dev/null || true
    dpkg --configure -a >&2 </dev/null
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wait_for_port() { # port, seconds, what
    local end=$((SECONDS + $2))
    until port_open "$1"; do
        [ $SECONDS -ge $end ] && { say "$3 did not start within $2 s"; exit 1; }
        sleep 0.2
    done
}

as_postgres() { (cd / && if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi); }

start_postgresql() {
    local version name port status
    [ -n "$(pg_lsclusters -h)" ] || pg_createcluster "$(ls /usr/lib/postgresql | sort -n | tail -n 1)" main >&2
    read -r version name port status _ < <(pg_lsclusters -h | sort -rn | head -n 1)
    if [ "$status" != online ]; then
        say "starting PostgreSQL $version"
        pg_ctlcluster "$version" "$name" start >&2 </dev/null
    fi
    wait_for_port "$port" 60 PostgreSQL
    # CREATEDB, because every test worker makes a database of its own.
    as_postgres "psql -p $port -qAtc \"SELECT 1 FROM pg_roles WHERE rolname = 'guihang'\"" | grep -q 1 ||
        as_postgres "psql -p $port -qc \"CREATE ROLE guihang LOGIN CREATEDB PASSWORD 'guihang'\"" >&2
    as_postgres "psql -p $port -qAtc \"SELECT 1 FROM pg_database WHERE datname = 'guihang'\"" | grep -q 1 ||
        as_postgres "psql -p $port -qc 'CREATE DATABASE guihang OWNER guihang'" >&2
    echo "export DATABASE_URL=postgres://guihang:guihang@127.0.0.1:$port/guihang"
}

start_rabbitmq() {
    if ! port_open 5672; then
        say "starting RabbitMQ"
        # The node is rabbit@HOSTNAME, and Erlang refuses a name that does not resolve.
        getent hosts "$(hostname -s)" >/dev/null || echo "127.0.0.1 $(hostname -s)" >>/etc/hosts
        /usr/sbin/rabbitmq-server -detached >&2 </dev/null
        wait_for_port 5672 120 RabbitMQ
    fi
    echo "export CELERY_BROKER_URL=amqp://guest:guest@127.0.0.1:5672//"
}

install_missing
start_postgresql
start_rabbitmq
