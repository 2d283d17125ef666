"""Celery tasks: each is consumed, and carries ids alone."""

import inspect

import pytest
from django.utils.module_loading import autodiscover_modules

from config.celery import app

# Celery's own way would run Django's checks, which ask the database.
autodiscover_modules("tasks")
TASKS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
CONSUMED = {queue.name: queue for queue in app.conf.task_queues}


def test_there_are_tasks():
    assert TASKS


def test_workers_consume_the_three_queues_and_no_other_can_arise():
    assert {name.rpartition(".")[2] for name in CONSUMED} == {"urgent", "ordinary", "upkeep"}
    assert app.conf.task_create_missing_queues is False


@pytest.mark.parametrize("name", sorted(TASKS))
def test_task_goes_to_a_queue_that_workers_consume(name):
    queue_name = getattr(TASKS[name], "queue", None)
    route = app.amqp.router.route({"queue": queue_name} if queue_name else {}, name)
    queue = route.get("queue") or app.amqp.queues[app.conf.task_default_queue]
    assert queue.name in CONSUMED


@pytest.mark.parametrize("name", sorted(TASKS))
def test_task_takes_ids_alone(name):
    """No personal data rides through the broker: numbers that mean something only to us."""
    parameters = inspect.signature(TASKS[name].run).parameters.values()
    assert {p.annotation for p in parameters} <= {int, "int"}, name


@pytest.mark.parametrize("name", sorted(TASKS))
def test_task_is_a_few_lines_over_a_service(name):
    assert len(inspect.getsource(TASKS[name].run).splitlines()) <= 15
