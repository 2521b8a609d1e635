# Thin: everything is in tools/make.py, which needs no make.
PYTHON ?= python3

.PHONY: help site refresh test accept screenshots lighthouse preview lab setup lock clean

help site refresh test accept screenshots lighthouse preview lab setup lock clean:
	@$(PYTHON) tools/make.py $@
