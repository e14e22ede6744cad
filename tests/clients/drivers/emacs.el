;;; emacs.el --- Drives a language server from Emacs, with eglot  -*- lexical-binding: t; -*-

;; REQUEST=file ANSWER=file emacs -Q --batch --load emacs.el
;; The files are those that neovim.lua describes, and the steps mean the same.

;; Nothing is to be compiled in the background.
(setq native-comp-deferred-compilation nil)
(require 'eglot)
(require 'cl-lib)

(defvar fairlead-limit 120)
(defvar fairlead-server nil)

(setq eglot-confirm-server-initiated-edits nil
      eglot-connect-timeout fairlead-limit
      eglot-sync-connect fairlead-limit
      eglot-autoreconnect nil
      make-backup-files nil
      create-lockfiles nil)

(defun fairlead-read (file)
  (with-temp-buffer
    (insert-file-contents file)
    (json-parse-buffer :object-type 'plist :null-object nil :false-object :json-false)))

(defun fairlead-write (value file)
  (let ((coding-system-for-write 'utf-8-unix))
    (with-temp-file file
      (json-insert value :null-object nil :false-object :json-false))))

(defun fairlead-start (request)
  (let ((command (append (plist-get request :cmd) nil)))
    (setq eglot-server-programs
          `((python-mode ,@command :initializationOptions ,(plist-get request :init_options)))))
  (find-file (plist-get request :file))
  (apply #'eglot (eglot--guess-contact))
  (setq fairlead-server (eglot-current-server)))

(defun fairlead-ask (method params)
  ;; Eglot sends changes when the user pauses, which does not happen here.
  (eglot--signal-textDocument/didChange)
  (jsonrpc-request fairlead-server method params :timeout fairlead-limit))

(defun fairlead-text ()
  (vconcat (split-string (buffer-substring-no-properties (point-min) (point-max)) "\n")))

(defun fairlead-complete (_step)
  (eglot--signal-textDocument/didChange)
  (let* ((at (eglot--TextDocumentPositionParams))
         (members (fairlead-ask :textDocument/completion at))
         ;; What Emacs makes of the list for the user.
         (shown (vconcat (all-completions "" (nth 2 (eglot-completion-at-point)))))
         (invoked (append at '(:context (:triggerKind 1))))
         (inline (fairlead-ask :textDocument/inlineCompletion invoked)))
    (fairlead-accept (aref (plist-get inline :items) 0))
    (list :position (plist-get at :position)
          :members members
          :shown shown
          :inline inline
          :text (fairlead-text))))

(defun fairlead-accept (item)
  (eglot--apply-text-edits
   (vector (list :range (plist-get item :range) :newText (plist-get item :insertText)))))

(defun fairlead-act (step)
  "Ask for actions and choose one, as the user does."
  (let ((titles nil) (tick (buffer-modified-tick)) (last-nonmenu-event t))
    (eglot--signal-textDocument/didChange)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt items &rest _)
                 (setq titles (mapcar #'car items))
                 (plist-get step :title))))
      (eglot-code-actions (point) (point) nil t))
    (fairlead-changed tick (list :titles (vconcat titles)))))

(defun fairlead-command (step)
  (let ((tick (buffer-modified-tick))
        (params (list :command (plist-get step :command)
                      :arguments (plist-get step :arguments))))
    (fairlead-changed tick (list :result (fairlead-ask :workspace/executeCommand params)))))

(defun fairlead-changed (tick answer)
  "Return ANSWER with the text of the buffer, which is not that of TICK any more."
  (with-timeout (fairlead-limit)
    (while (= tick (buffer-modified-tick))
      (accept-process-output nil 0.05)))
  (append answer (list :changed (if (= tick (buffer-modified-tick)) :json-false t)
                       :text (fairlead-text))))

(defun fairlead-place (step original)
  (erase-buffer)
  (insert original (mapconcat #'identity (plist-get step :lines) "\n"))
  (when-let ((word (plist-get step :on)))
    (search-backward word)))

(defun fairlead-main ()
  (let ((request (fairlead-read (getenv "REQUEST"))) (answers nil))
    (fairlead-start request)
    (let ((original (buffer-string)))
      (mapc (lambda (step)
              (fairlead-place step original)
              (push (funcall (intern (concat "fairlead-" (plist-get step :kind))) step) answers))
            (plist-get request :steps))
      (eglot-shutdown fairlead-server)
      (fairlead-write (list :answers (vconcat (reverse answers))
                            :errors []
                            :encoding "utf-16"
                            :exit nil)
                      (getenv "ANSWER")))
    (set-buffer-modified-p nil)))

(fairlead-main)
