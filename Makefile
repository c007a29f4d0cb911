# Every target is a command of dev.py, which needs only Python 3.11.
.PHONY: run test format lock clean
run test format lock clean:
	@exec python3 dev.py $@
