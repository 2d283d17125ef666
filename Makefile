# 归航 Guihang. Every target does its own set-up: virtual environment, packages, keys, messages.
START = sh tools/start.sh

.DEFAULT_GOAL := help
.PHONY: help demo test drill bench faults lint format clean

help: ## 列出全部目标 / list the targets
	@echo "归航 Guihang"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 \2/p' Makefile

demo: ## 一场真实地震的完整演示 / a real earthquake, from alert to manifest, until Ctrl-C
	@$(START) manage.py demo $(ARGS)

test: ## 检查与全部测试 / lint, types, floors and every test; ARGS="tests/registry -k circle" narrows
	@$(START) --dev tools/test.py $(ARGS)

drill: ## 演练 / a drill, e.g. ARGS="port-vila-2024 --once --json out.json"
	@$(START) manage.py drill $(ARGS)

bench: ## 基准测试 / one benchmark: NAME=fanout [JSON=file] [ARGS=…]; without NAME, their list
	@$(START) --dev tools/bench.py $(NAME) $(if $(JSON),--json $(JSON)) $(ARGS)

faults: ## 长时间故障测试 / the long fault tests [JSON=file] [ARGS=…]
	@$(START) --dev -m pytest -v -m long $(if $(JSON),--figures $(JSON)) $(ARGS)

lint: ## 只做静态检查 / lint, types, floors, migrations and settings, without the tests
	@$(START) --dev tools/test.py --lint-only

format: ## 统一代码格式 / put the code into its one format
	@$(START) --dev -m ruff check --fix-only --quiet .
	@$(START) --dev -m ruff format .

clean: ## 删除虚拟环境与缓存, 保留 var/ / remove environment and caches; var/ (keys, data) stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
